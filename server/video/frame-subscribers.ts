/**
 * Who gets one camera's encoded frames.
 *
 * Invariant: a subscriber's first frame is a keyframe, since it could do nothing with any other; and one that fails takes
 * nothing from the others.
 */

import { combineDemands, type CombinedDemand, type EncodingDemand } from '../core/video/encoding-demand.ts';
import type { EncodedFrame, Subscription } from '../core/video/encoded-frame.ts';
import type { Log } from '../log.ts';

interface Subscriber {
  readonly onFrame: (frame: EncodedFrame) => void;
  readonly demand: EncodingDemand | undefined;
  started: boolean;
}

export class FrameSubscribers {
  readonly #log: Log;
  readonly #subscribers = new Set<Subscriber>();

  constructor(log: Log) {
    this.#log = log;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** What all of them together need. */
  get demand(): CombinedDemand {
    return combineDemands(Array.from(this.#subscribers, ({ demand }) => demand));
  }

  add(onFrame: (frame: EncodedFrame) => void, demand?: EncodingDemand): Subscription {
    const subscriber = { onFrame, demand, started: false };
    this.#subscribers.add(subscriber);
    return { close: () => this.#subscribers.delete(subscriber) };
  }

  deliver(frame: EncodedFrame): void {
    for (const subscriber of this.#subscribers) {
      subscriber.started ||= frame.keyframe;
      if (!subscriber.started) continue;
      try {
        subscriber.onFrame(frame);
      } catch (error) {
        this.#log.error({ err: error, cameraId: frame.cameraId }, 'a subscriber failed on an encoded frame');
      }
    }
  }

  clear(): void {
    this.#subscribers.clear();
  }
}
