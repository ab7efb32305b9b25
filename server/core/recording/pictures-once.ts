/**
 * Makes of a stream in which pictures are encoded again, as keyframes for viewers who join or lost something, one in which each
 * picture stands once.
 *
 * The frames after a repeated one depend on it. So the newest frame is held back, and gives way to a keyframe of the same picture;
 * once it was released, such a keyframe is left out, and with it all that depends on it: `lost` until the next keyframe.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';

export type Offered =
  /** It is held from now on; `ready` is the one before it. */
  | { verdict: 'new'; ready: EncodedFrame | undefined }
  | { verdict: 'again' }
  /** The next picture should be a keyframe: none can be taken before. */
  | { verdict: 'lost' };

export class PicturesOnce {
  #held: EncodedFrame | undefined;
  #lastUs: number | undefined;
  #lost = false;

  /** When the newest picture was taken, ms since the Unix epoch; 0 before the first. */
  get lastMs(): number {
    return Math.floor((this.#lastUs ?? 0) / 1000);
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** @param isWanted false: this picture is not to be recorded */
  offer(frame: EncodedFrame, isWanted: boolean): Offered {
    const isNew = frame.captureUs !== this.#lastUs;
    if (!isNew && this.#held) {
      if (frame.keyframe) this.#held = frame;
      return { verdict: 'again' };
    }
    this.#lastUs = frame.captureUs;
    this.#lost = !isNew || !isWanted || (this.#lost && !frame.keyframe);
    if (this.#lost) return { verdict: 'lost' };
    const ready = this.#held;
    this.#held = frame;
    return { verdict: 'new', ready };
  }

  /** A keyframe that is recorded in another way: what follows may depend on it. */
  pass(keyframe: EncodedFrame): void {
    this.#held = undefined;
    this.#lastUs = keyframe.captureUs;
    this.#lost = false;
  }

  /** @returns the frame that was held, if any */
  release(): EncodedFrame | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }
}
