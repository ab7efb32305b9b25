/**
 * Removes repeated pictures from an encoded stream: pictures are encoded again as keyframes for viewers who join or have lost
 * packets.
 *
 * Frames after a repeated one depend on it. So the newest frame is held back and replaced by a keyframe of the same picture;
 * after its release such a keyframe is dropped with all frames that depend on it: `lost` until the next keyframe.
 */

import type { EncodedFrame } from '../video/encoded-frame.ts';

export type Offered =
  /** The frame is held; `ready` is the previous one. */
  | { verdict: 'new'; ready: EncodedFrame | undefined }
  | { verdict: 'again' }
  /** No frame is usable before the next keyframe. */
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

  /** @param isWanted false: the picture is not recorded */
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

  /** A keyframe that is recorded otherwise: later frames may depend on it. */
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
