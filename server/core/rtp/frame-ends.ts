/**
 * Whether a packet that holds nothing follows each frame. A viewer notices a lost packet by the next one that arrives:
 * where the last one of a frame gets lost, that is the next frame's first, and both frames are there at once, of which
 * one is never shown. The packet behind the frame has it ask at once.
 *
 * Invariants: a line without losses carries none; begun at once, ended only after a while without losses. Time is an argument.
 */

import type { LineLosses } from './loss-window.ts';

/** Least loss, as a share of the packets, at which it is worth the bits. */
const MIN_LOSS = 0.004;
const CALM_US = 15_000_000;
/** It costs a fiftieth of the video or so: with less room than this it would take the place of a repair. */
const MIN_SPARE_SHARE = 0.1;

export class FrameEnds {
  #lossyUs = -Infinity;

  onLosses({ share }: LineLosses, nowUs: number): void {
    if (share >= MIN_LOSS) this.#lossyUs = nowUs;
  }

  /** @param spareShare what the line carries besides the video, as a share of it */
  areDue(spareShare: number, nowUs: number): boolean {
    return nowUs - this.#lossyUs < CALM_US && spareShare >= MIN_SPARE_SHARE;
  }
}
