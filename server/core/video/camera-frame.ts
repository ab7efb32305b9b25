import { VigieError } from '../../errors.ts';
import type { Subscription } from '../fan-out.ts';

/** One JPEG on its way from ingest through the hub. Times are on the server's clock: µs since the Unix epoch. */
export interface CameraFrame {
  readonly cameraId: string;
  /** Starts with SOI, ends with EOI; its SOF has been checked against `width` and `height`. Never written to. */
  readonly jpeg: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Capture time, as far as the clock exchange can tell; never after `receivedUs`. */
  readonly captureUs: number;
  readonly receivedUs: number;
}

/** Source of the cameras' frames; the frame hub is one. */
export interface CameraFrames {
  subscribe(cameraId: string, onFrame: (frame: CameraFrame) => void): Subscription;
  latest(cameraId: string): CameraFrame | undefined;
  /** Whether the camera is switched off for privacy: then it has no frames. If missing, it never is. */
  isOff?(cameraId: string): boolean;
}

export function switchedOff(): VigieError {
  return new VigieError(
    'cameraOff',
    'this camera is switched off; a user with the right to control it can switch it on',
  );
}

/** @throws VigieError `cameraOff` */
export function assertSwitchedOn(frames: Pick<CameraFrames, 'isOff'>, cameraId: string): void {
  if (frames.isOff?.(cameraId)) throw switchedOff();
}
