/** Pictures of a camera that a program sends, over another interface than the camera protocol. */

import type { CAMERA_CLOSE } from '../../wire/camera-protocol.ts';
import type { FrameRefusal } from './frame-refusal.ts';

export interface Publisher {
  cameraId: string;
  /** Its description of itself; shown in the place of a device's firmware. */
  software: string;
  address: string;
  /** Connected over TLS. */
  secure: boolean;
  /** The server ends it; not called after `close`. */
  onClosed: (reason: keyof typeof CAMERA_CLOSE, detail: string) => void;
}

export interface PublishedCamera {
  /** Frames that it may have unacknowledged. */
  readonly ackWindow: number;
  /** Limit for one picture, as the administrator allows it for this camera now. */
  readonly maxJpegBytes: number;
  /**
   * @param captureUs in server time, as given by the publisher; undefined: not given
   * @returns why the frame was refused; undefined: it was accepted
   */
  take(jpeg: Uint8Array, captureUs: number | undefined): FrameRefusal | undefined;
  /** The publisher has left. Idempotent. */
  leave(): void;
}

/** The part of ingest that interfaces for publishing programs use. */
export interface CameraPublishing {
  /** The caller has checked the right. The camera's connection before it is closed. */
  publish(publisher: Publisher): PublishedCamera;
}
