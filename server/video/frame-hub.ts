/**
 * Connects cameras with all consumers of their JPEGs: ingest publishes; transcoder, motion, recorder and snapshots
 * subscribe.
 *
 * Invariant: the hub keeps one frame per camera, the newest. A camera without subscribers costs the exchange of one reference per
 * frame, and a subscriber's failure affects neither the camera nor the other subscribers. A frame of a camera that is switched
 * off is dropped here, directly after ingest: no other place decides this.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import { FanOut, type Subscription } from '../core/fan-out.ts';
import type { Log } from '../log.ts';

export type OnCameraFrame = (frame: CameraFrame) => void;

export class FrameHub {
  readonly #log: Log;
  readonly #isOff: (cameraId: string) => boolean;
  readonly #latest = new Map<string, CameraFrame>();
  /** When the last frame before a camera was switched off came. */
  readonly #endedUs = new Map<string, number>();
  readonly #subscribers = new Map<string, FanOut<[CameraFrame]>>();

  /** Frames of cameras that are switched off. */
  dropped = 0;

  /** @param isOff whether a camera is switched off for privacy; left out: none is */
  constructor(log: Log, isOff: (cameraId: string) => boolean = () => false) {
    this.#isOff = isOff;
    this.#log = log.child({ component: 'video' });
  }

  publish(frame: CameraFrame): void {
    if (this.#isOff(frame.cameraId)) {
      this.dropped++;
      return;
    }
    this.#latest.set(frame.cameraId, frame);
    this.#subscribers.get(frame.cameraId)?.tell(frame);
  }

  /** A frame of before the start, which nobody is told of. It gives way to any that has come. */
  restore(frame: CameraFrame): void {
    if (this.#isOff(frame.cameraId) || this.#latest.has(frame.cameraId)) return;
    this.#latest.set(frame.cameraId, frame);
  }

  /** Every frame of the camera from now on; not the existing one, which is `latest`. */
  subscribe(cameraId: string, onFrame: OnCameraFrame): Subscription {
    const subscribers = this.#subscribers.get(cameraId) ?? this.#newFanOut(cameraId);
    const subscription = subscribers.subscribe(onFrame);
    this.#subscribers.set(cameraId, subscribers);
    return {
      close: () => {
        subscription.close();
        if (subscribers.size === 0 && this.#subscribers.get(cameraId) === subscribers)
          this.#subscribers.delete(cameraId);
      },
    };
  }

  latest(cameraId: string): CameraFrame | undefined {
    return this.#isOff(cameraId) ? undefined : this.#latest.get(cameraId);
  }

  isOff(cameraId: string): boolean {
    return this.#isOff(cameraId);
  }

  /** Whether its camera was removed or switched off since it arrived; true until the next one arrives. */
  isForgotten({ cameraId, receivedUs }: CameraFrame): boolean {
    return !this.latest(cameraId) || receivedUs <= (this.#endedUs.get(cameraId) ?? -Infinity);
  }

  /** The last frame of a camera that is off is forgotten. */
  switchCamera(cameraId: string, off: boolean): void {
    const last = this.#latest.get(cameraId);
    if (!off || !last) return;
    this.#latest.delete(cameraId);
    this.#endedUs.set(cameraId, last.receivedUs);
  }

  /** Drops its last frame. Subscriptions stay; they belong to their owners. */
  removeCamera(cameraId: string): void {
    this.#latest.delete(cameraId);
    this.#endedUs.delete(cameraId);
  }

  #newFanOut(cameraId: string): FanOut<[CameraFrame]> {
    return new FanOut<[CameraFrame]>((error) =>
      this.#log.error({ err: error, cameraId }, 'failed to handle a frame'),
    );
  }
}
