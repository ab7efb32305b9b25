/**
 * The subscribers of one camera's encoded frames.
 *
 * Invariant: a subscriber's first frame is a keyframe, because it could not decode any other; a failing one does not
 * affect the others.
 */

import { FanOut, type Subscription } from '../fan-out.ts';
import type { EncodedFrame, OnEncodedFrame } from './encoded-frame.ts';
import {
  combineDemands,
  combineLimits,
  type CombinedDemand,
  type EncodingDemand,
} from './encoding-demand.ts';

/** The demand of one subscriber. */
export interface Wanted {
  /** Demand of a subscriber that is not live. */
  demand?: EncodingDemand | undefined;
  /**
   * The highest bitrate that it can receive, bits per second; Infinity: no limit; undefined: it takes the bitrate of the others.
   */
  limitBps?: number | undefined;
  /** The owner of the subscription; only compared. */
  asker?: object | undefined;
}

export class FrameSubscribers {
  readonly #fanOut: FanOut<[EncodedFrame]>;
  readonly #wanted = new Set<Wanted>();

  /** @param onFailure told of a subscriber that threw */
  constructor(onFailure: (error: unknown, frame: EncodedFrame) => void) {
    this.#fanOut = new FanOut(onFailure);
  }

  get size(): number {
    return this.#fanOut.size;
  }

  /** The combined demand of all of them. */
  get demand(): CombinedDemand {
    return combineDemands(Array.from(this.#wanted, ({ demand }) => demand));
  }

  /**
   * @param but the subscriber whose subscriptions are left out
   * @returns the highest bitrate that any of them can receive, bits per second; Infinity: no limit; undefined: none states it
   */
  limitBps(but?: object): number | undefined {
    const counted = Array.from(this.#wanted).filter(({ asker }) => but === undefined || asker !== but);
    return combineLimits(counted.map(({ limitBps }) => limitBps));
  }

  /** @param wanted may change while it is subscribed */
  add(onFrame: OnEncodedFrame, wanted: Wanted): Subscription {
    let started = false;
    const subscription = this.#fanOut.subscribe((frame) => {
      started ||= frame.keyframe;
      if (started) onFrame(frame);
    });
    this.#wanted.add(wanted);
    return {
      close: () => {
        subscription.close();
        this.#wanted.delete(wanted);
      },
    };
  }

  deliver(frame: EncodedFrame): void {
    this.#fanOut.tell(frame);
  }

  clear(): void {
    this.#fanOut.clear();
    this.#wanted.clear();
  }
}
