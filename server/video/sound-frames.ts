/**
 * Keeps the pictures that a decoder has accepted. Markers reveal a truncated picture; only a decoder finds damage inside.
 *
 * Invariants: a picture is judged once, however often it is decoded; for each camera the newest sound picture is kept.
 */

import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';

/** @param inARow since the last picture of the camera that was sound, with this one */
export type OnFrameRefused = (cameraId: string, refusal: FrameRefusal, inARow: number) => void;

interface Camera {
  sound: CameraFrame | undefined;
  refusedInARow: number;
}

export class SoundFrames {
  readonly #cameras = new Map<string, Camera>();
  readonly #unsound = new WeakSet<CameraFrame>();
  readonly #onRefused: OnFrameRefused;

  constructor(onRefused: OnFrameRefused) {
    this.#onRefused = onRefused;
  }

  /** @param reason why the decoder refused it; undefined when it did not */
  onVerdict(frame: CameraFrame, reason: string | undefined): void {
    const { cameraId } = frame;
    const camera = this.#cameras.get(cameraId) ?? { sound: undefined, refusedInARow: 0 };
    this.#cameras.set(cameraId, camera);
    if (reason === undefined) {
      camera.refusedInARow = 0;
      // Pictures that were kept are decoded after newer ones.
      if (!camera.sound || frame.receivedUs >= camera.sound.receivedUs) camera.sound = frame;
      return;
    }
    if (this.#unsound.has(frame)) return;
    this.#unsound.add(frame);
    camera.refusedInARow++;
    this.#onRefused(cameraId, { kind: 'undecodable', detail: reason }, camera.refusedInARow);
  }

  /** The newest that is known to decode. */
  latest(cameraId: string): CameraFrame | undefined {
    return this.#cameras.get(cameraId)?.sound;
  }

  isUnsound(frame: CameraFrame): boolean {
    return this.#unsound.has(frame);
  }

  removeCamera(cameraId: string): void {
    this.#cameras.delete(cameraId);
  }
}
