/**
 * Where cameras and everything that looks at their JPEGs meet: ingest publishes, transcoder, motion, recorder and
 * snapshots subscribe.
 *
 * Invariant: the hub keeps one frame per camera, the newest. A camera nobody subscribes to costs the exchange of one
 * reference per frame, and one subscriber's failure reaches neither the camera nor the other subscribers.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { Subscription } from '../core/video/encoded-frame.ts';
import type { Log } from '../log.ts';

export type OnCameraFrame = (frame: CameraFrame) => void;

export class FrameHub {
  readonly #log: Log;
  readonly #latest = new Map<string, CameraFrame>();
  readonly #subscribers = new Map<string, Set<{ onFrame: OnCameraFrame }>>();

  constructor(log: Log) {
    this.#log = log.child({ room: 'video' });
  }

  publish(frame: CameraFrame): void {
    this.#latest.set(frame.cameraId, frame);
    const subscribers = this.#subscribers.get(frame.cameraId);
    if (!subscribers) return;
    for (const { onFrame } of subscribers) {
      try {
        onFrame(frame);
      } catch (error) {
        this.#log.error({ err: error, cameraId: frame.cameraId }, 'a subscriber failed on a frame');
      }
    }
  }

  /** Every frame of the camera from now on; not the one that is there already, which is `latest`. */
  subscribe(cameraId: string, onFrame: OnCameraFrame): Subscription {
    const subscriber = { onFrame };
    const subscribers = this.#subscribers.get(cameraId) ?? new Set();
    subscribers.add(subscriber);
    this.#subscribers.set(cameraId, subscribers);
    return {
      close: () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && this.#subscribers.get(cameraId) === subscribers)
          this.#subscribers.delete(cameraId);
      },
    };
  }

  latest(cameraId: string): CameraFrame | undefined {
    return this.#latest.get(cameraId);
  }

  /** The camera was removed: its last picture goes. Subscriptions stay, they are their owners'. */
  forget(cameraId: string): void {
    this.#latest.delete(cameraId);
  }
}
