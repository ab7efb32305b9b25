/**
 * Decides which packets each repair packet protects. Repair packets follow a frame at once, so that its lost packets are restored
 * without a round trip.
 *
 * Besides its own frame (repair-patterns.ts), each protects a part of the frames that this one references: packets that their own
 * repair packets could not restore are restored a frame later, and without them this frame could not be shown anyway.
 *
 * Invariants: each packet is protected, those of frames without repair packets by the next one; on average, the number of repair
 * packets is the requested share. No mask is longer than its format allows.
 */

import { MAX_PROTECTED_SPAN } from './flexfec.ts';
import type { FrameLayer } from '../video/encoded-frame.ts';
import type { Pattern } from './parity.ts';
import { everyNth, repairPatterns } from './repair-patterns.ts';

interface PlannedFrame {
  /** One for each packet. */
  readonly payloads: readonly unknown[];
  /** Undefined: it references the previous frame. */
  readonly layer: FrameLayer | undefined;
}

/** The part of one frame that a repair packet protects. */
export interface ProtectedPart<Frame> {
  frame: Frame;
  pattern: Pattern;
}

/** A frame on its way. */
interface Numbered<Frame> {
  frame: Frame;
  /** Position of its first packet in the stream, in which an empty packet may follow each frame (frame-ends.ts). */
  begin: number;
}

/** Frames of one packet, at the smallest share. */
const MAX_BEFORE = 8;
const MAX_REFERRED = 3;
/** Every second or third packet of the referenced frames, in turns, so that two losses can be told apart. */
const TURNS = [
  [2, 0],
  [3, 1],
  [2, 1],
  [3, 0],
  [3, 2],
] as const;

export class RepairPlan<Frame extends PlannedFrame> {
  /** The oldest first. */
  #before: Numbered<Frame>[] = [];
  /** Number of the newest of them that are not protected. */
  #unprotected = 0;
  /** Repair packets owed; negative: too many were sent. */
  #owed = 0;
  #turn = 0;
  #begin = 0;

  /**
   * @param share of repair packets, relative to the frame's packets; 0: none
   * @returns the packets that each repair packet after this frame protects, oldest first
   */
  next(frame: Frame, share: number): ProtectedPart<Frame>[][] {
    const packets = frame.payloads.length;
    this.#owed += packets * share;
    const count = Math.min(packets, Math.max(0, Math.round(this.#owed)));
    this.#owed = share === 0 ? 0 : this.#owed - count;
    const repairs = count === 0 ? [] : this.#repairs(frame, count);
    this.#unprotected = count > 0 ? 0 : Math.min(MAX_BEFORE, this.#unprotected + 1);
    this.#before = [...this.#before.slice(1 - MAX_BEFORE), { frame, begin: this.#begin }];
    this.#begin += packets + 1;
    return repairs;
  }

  /** Earlier frames are no longer protected: the viewer does not need them, or they were not sent. */
  restart(): void {
    this.#before = [];
    this.#unprotected = 0;
  }

  #repairs(frame: Frame, count: number): ProtectedPart<Frame>[][] {
    const unprotected = this.#unprotected > 0 ? this.#before.slice(-this.#unprotected) : [];
    const referred = this.#referredBy(frame);
    return repairPatterns(frame.payloads.length, count).map((pattern, i) => {
      const end = this.#begin + (pattern.at(-1) ?? 0);
      const older = this.#before.flatMap((one) => {
        const isWhole = i === 0 && unprotected.includes(one);
        if (!isWhole && !referred.includes(one)) return [];
        const part = isWhole ? everyNth(one.frame.payloads.length, 1) : this.#nextPart(one.frame);
        // One mask reaches no further.
        const reached = part.filter((index) => end - one.begin - index < MAX_PROTECTED_SPAN);
        return reached.length > 0 ? [{ frame: one.frame, pattern: reached }] : [];
      });
      return [...older, { frame, pattern }];
    });
  }

  #nextPart({ payloads }: Frame): Pattern {
    const [step, first] = TURNS[this.#turn++ % TURNS.length] ?? [1, 0];
    return everyNth(payloads.length, step, first);
  }

  /**
   * A frame of the base layer references the one before; other frames also reference it and, unless stated otherwise, all frames
   * since.
   */
  #referredBy({ layer }: Frame): Numbered<Frame>[] {
    const base = this.#before.findLastIndex(({ frame }) => (frame.layer?.tid ?? 0) === 0);
    if (base === -1) return [];
    const isAlone = layer !== undefined && (layer.tid === 0 || layer.layerSync);
    return this.#before.slice(base, isAlone ? base + 1 : base + MAX_REFERRED);
  }
}
