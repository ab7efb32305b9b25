/**
 * Which packets each repair packet protects. Repair packets follow a frame at once: what is lost of it is there again without a
 * round trip.
 *
 * Invariants: the first of a frame protects all of it, and what of the frames before no repair has protected; the second half of it
 * and a third of each of the two frames before, so that two losses in a frame are seldom too many; of more, each protects every
 * nth packet, against bursts. In the mean, their number is the share that was asked for. No mask is longer than its format allows.
 */

import { MAX_PROTECTED_SPAN } from './flexfec.ts';
import type { Comb } from './parity.ts';

interface PlannedFrame {
  /** One for each packet. */
  readonly payloads: readonly unknown[];
}

/** What of one frame a repair packet protects. */
export interface ProtectedPart<Frame> {
  frame: Frame;
  comb: Comb;
}

/** Frames of one packet, at the smallest share. */
const MAX_BEFORE = 8;

export class RepairPlan<Frame extends PlannedFrame> {
  /** The oldest first. */
  #before: Frame[] = [];
  /** So many of the newest of them are not protected. */
  #unprotected = 0;
  /** Repair packets owed; negative: too many were sent. */
  #owed = 0;

  /**
   * @param share repair packets, of the frame's packets; 0: none
   * @returns for each repair packet to send behind this frame what it protects, the oldest first
   */
  next(frame: Frame, share: number): ProtectedPart<Frame>[][] {
    this.#owed += frame.payloads.length * share;
    const count = Math.max(0, Math.round(this.#owed));
    this.#owed = share === 0 ? 0 : this.#owed - count;
    const repairs = this.#repairs(frame, count);
    this.#unprotected = count > 0 ? 0 : Math.min(MAX_BEFORE, this.#unprotected + 1);
    this.#before = [...this.#before.slice(1 - MAX_BEFORE), frame];
    return repairs;
  }

  /** Nothing of before is protected any more: the viewer needs none of it, or it was not sent. */
  restart(): void {
    this.#before = [];
    this.#unprotected = 0;
  }

  #repairs(frame: Frame, count: number): ProtectedPart<Frame>[][] {
    if (count === 0) return [];
    const unprotected = (this.#unprotected > 0 ? this.#before.slice(-this.#unprotected) : []).map((one) =>
      everyNth(one, 1),
    );
    if (frame.payloads.length > MAX_PROTECTED_SPAN) return inTurns(frame, count);
    if (count > 2) {
      const [first = [], ...others] = inTurns(frame, count);
      return [withinReach([...unprotected, ...first]), ...others];
    }
    const whole = [...unprotected, everyNth(frame, 1)];
    if (count === 1) return [withinReach(whole)];
    const older = this.#before.slice(-2);
    // Each packet is in one of the two thirds that are taken of its frame, or in none.
    const thirds = older.map((one, i) => everyNth(one, 3, older.length - 1 - i));
    return [withinReach(whole), withinReach([...thirds, everyNth(frame, 2, 1)])];
  }
}

/** Each protects every nth packet; of a very large frame, of a part of it. */
function inTurns<Frame extends PlannedFrame>(frame: Frame, count: number): ProtectedPart<Frame>[][] {
  const chunks = Math.min(count, Math.ceil(frame.payloads.length / MAX_PROTECTED_SPAN));
  return Array.from({ length: chunks }, (_, chunk) => {
    const begin = Math.floor((frame.payloads.length * chunk) / chunks);
    const end = Math.floor((frame.payloads.length * (chunk + 1)) / chunks);
    const repairs = Math.floor((count * (chunk + 1)) / chunks) - Math.floor((count * chunk) / chunks);
    // Fewer repair packets than a mask reaches: the beginning of the chunk goes without.
    const first = Math.max(begin, end - MAX_PROTECTED_SPAN);
    return Array.from({ length: repairs }, (__, turn) => [
      { frame, comb: { first: first + turn, step: repairs, end } },
    ]);
  }).flat();
}

function everyNth<Frame extends PlannedFrame>(frame: Frame, step: number, first = 0): ProtectedPart<Frame> {
  return { frame, comb: { first, step, end: frame.payloads.length } };
}

/** Without the oldest frames that one mask does not reach, and without parts in which nothing is protected. */
function withinReach<Frame extends PlannedFrame>(parts: ProtectedPart<Frame>[]): ProtectedPart<Frame>[] {
  let span = 0;
  return parts
    .toReversed()
    .filter(({ frame }) => (span += frame.payloads.length) <= MAX_PROTECTED_SPAN)
    .toReversed()
    .filter(({ frame, comb }) => comb.first < frame.payloads.length);
}
