/**
 * Decides whether an empty packet follows each frame. A viewer detects a lost packet when the next one arrives: if the last
 * packet of a frame is lost, that is the first one of the next frame; then both frames become complete together, and one of them
 * is never shown. The empty packet after the frame makes the viewer request the lost one at once.
 *
 * Invariants: a line without losses carries none; they begin at once, and end only after a while without losses. Time is an
 * argument.
 */

import type { LineLosses } from './loss-window.ts';

/** Least loss, as a share of the packets, at which it is worth the bits. */
const MIN_LOSS = 0.004;
const CALM_US = 15_000_000;
/** It costs about a fiftieth of the video: with less room than this it would displace retransmissions. */
const MIN_SPARE_SHARE = 0.1;

export class FrameEnds {
  #lossyUs = -Infinity;

  onLosses({ share }: LineLosses, nowUs: number): void {
    if (share >= MIN_LOSS) this.#lossyUs = nowUs;
  }

  /** @param spareShare capacity of the line beyond the video, as a share of the video */
  areDue(spareShare: number, nowUs: number): boolean {
    return nowUs - this.#lossyUs < CALM_US && spareShare >= MIN_SPARE_SHARE;
  }
}
