/** The cameras as every feature sees them, whichever module stores them. */

import { VigieError } from '../errors.ts';
import type { CameraKind, CameraStatus } from '../wire/camera.ts';
import type { RecordingsFate } from '../wire/recording.ts';
import type { Right } from '../wire/rights.ts';

/** Times are ms since the Unix epoch. */
export interface KnownCamera {
  id: string;
  name: string;
  kind: CameraKind;
  createdAtMs: number;
  /** Null before the first frame. */
  lastFrameAtMs: number | null;
}

export interface KnownCameras {
  find(id: string): KnownCamera | undefined;
  /** In the order they were added. */
  list(): KnownCamera[];
  /** The cameras to which a user has this right; none for an unknown user. */
  listOf(userId: string, right: Right): KnownCamera[];
}

/** @throws VigieError `notFound` */
export function findCamera(cameras: Pick<KnownCameras, 'find'>, id: string): KnownCamera {
  const camera = cameras.find(id);
  if (!camera) throw new VigieError('notFound', 'there is no such camera');
  return camera;
}

/** Measured figures of a camera, for the server's metrics. Undefined: not known. */
export interface CameraFigures {
  id: string;
  status: CameraStatus;
  /** ms since the Unix epoch; null: it never sent a picture. */
  lastFrameAtMs: number | null;
  isConnected: boolean;
  fps: number | undefined;
  rssiDbm: number | undefined;
  roundTripMs: number | null | undefined;
  framesRefused: number;
}

/** A part of the server that holds state per camera. */
export interface CameraLifecycleListener {
  addCamera?(cameraId: string): void;
  /** It was switched off for privacy, or on again. */
  switchCamera?(cameraId: string, off: boolean): void;
  removeCamera?(cameraId: string, recordings: RecordingsFate): void | Promise<void>;
}
