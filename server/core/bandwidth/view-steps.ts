/**
 * The steps in which one camera can be sent to a viewer: first the frame rates of the smallest rung, then larger rungs, up to the
 * one that the view and the viewer's chosen quality need.
 *
 * Invariants: a step costs more than the one below it; no rung is larger than the view needs; a rung that only this viewer uses
 * is encoded at the bitrate that its line carries, within limits; one that others use costs the bitrate that they set.
 */

import type { Rung, RungName } from '../video/rungs.ts';
import type { PictureQuality, ShownView } from '../../wire/shown-view.ts';
import type { ForwardingTarget, Tid } from '../video/forwarding-target.ts';
import { TEMPORAL_LAYERS } from '../video/temporal-layers.ts';

export interface ViewedCamera {
  /** Best first; at least one. */
  readonly rungs: readonly Rung[];
  /** Bits per second below which rungs are not encoded, because other viewers or a recording need them. */
  readonly heldBps: Readonly<Partial<Record<RungName, number>>>;
  /** Undefined: the page never sent a size, and gets the full picture. */
  readonly view: ShownView | undefined;
}

export interface ViewStep extends ForwardingTarget {
  /** On the line, bits per second: at least, and at most. */
  readonly minBps: number;
  readonly maxBps: number;
  /** Least bitrate of its rung, bits per second, with all layers. */
  readonly minMediaBps: number;
  /** Bitrate of its rung without any limit, bits per second. */
  readonly wholeBps: number;
  /** Whether its rung has all the bits that it can use at `maxBps`. */
  readonly isWhole: boolean;
}

/** The reasons, besides the line, that end the ladder. */
export type StepLimit = 'size' | 'quality';

export interface ViewSteps {
  /** Cheapest first; at least one. */
  readonly steps: readonly ViewStep[];
  readonly limitedBy: StepLimit | undefined;
}

const TIDS = [0, 1, 2] as const;
/** A picture shown at its size divided by this share still looks sharp. */
const COVERING_SHARE = 0.85;
/** Share of its bits below which a smaller rung looks better … */
const MIN_SHARE = 0.4;
/** … or costs as much. */
const ABOVE_NEXT = 1.05;
/** No smaller rung looks better. */
const LOWEST_MIN_SHARE = 0.75;
const LOWEST_MIN_BPS = 100_000;
/** Shares of what the whole picture costs. */
const QUALITY_SHARES = { full: 1, half: 0.5, minimum: 0.195 } as const;
/** Header (24), tag (16), UDP (8), IPv4 (20) and payload descriptor (6). */
const PACKET_OVERHEAD_BITS = 8 * 74;
const PACKET_BITS = 8 * 1144;
const ASSUMED_FPS = 25;

export function viewSteps({ rungs, heldBps, view }: ViewedCamera, quality: PictureQuality): ViewSteps {
  const wanted = rungs.filter((rung, index) => !view || !covers(rungs[index + 1], rung, view));
  const allowedBps = QUALITY_SHARES[quality] * lineBps(rungs[0]?.bitrateBps ?? 0);
  const all = wanted
    .toReversed()
    .flatMap((rung, index) => stepsOf(rung, index === 0, rungs, heldBps[rung.name]));
  const steps = all.filter(({ minBps }, index) => index === 0 || minBps <= allowedBps);
  const limitedBy = quality !== 'full' ? 'quality' : wanted.length < rungs.length ? 'size' : undefined;
  return { steps: steps.map((step) => atMost(step, allowedBps)), limitedBy };
}

/** @returns bits per second on the line, headers included, of `videoBps` of video */
export function lineBps(
  videoBps: number,
  share: { bits: number; frames: number } = TEMPORAL_LAYERS[2],
): number {
  const fps = ASSUMED_FPS * share.frames;
  const bps = videoBps * share.bits;
  return bps + fps * Math.ceil(bps / fps / PACKET_BITS) * PACKET_OVERHEAD_BITS;
}

/** @returns bits per second of video that fit into `onLineBps` with their headers */
export function mediaBps(onLineBps: number): number {
  const packets = ASSUMED_FPS * Math.ceil(onLineBps / ASSUMED_FPS / (PACKET_BITS + PACKET_OVERHEAD_BITS));
  return Math.max(0, onLineBps - packets * PACKET_OVERHEAD_BITS);
}

/** Whether a smaller rung than `than` is enough for the view, into which the whole picture is fitted. */
function covers(smaller: Rung | undefined, than: Rung, view: ShownView): boolean {
  if (!smaller) return false;
  const shownWidth = Math.min(view.width, (view.height * than.width) / than.height);
  return smaller.width >= COVERING_SHARE * shownWidth;
}

function atMost(step: ViewStep, allowedBps: number): ViewStep {
  if (step.maxBps <= allowedBps) return step;
  return { ...step, maxBps: Math.max(step.minBps, allowedBps), isWhole: false };
}

function stepsOf(rung: Rung, isLowest: boolean, rungs: readonly Rung[], heldBps = 0): ViewStep[] {
  const next = rungs[rungs.indexOf(rung) + 1];
  const leastBps = next
    ? Math.max(MIN_SHARE * rung.bitrateBps, ABOVE_NEXT * next.bitrateBps)
    : Math.min(LOWEST_MIN_SHARE * rung.bitrateBps, LOWEST_MIN_BPS);
  const minBps = Math.max(heldBps, Math.min(rung.bitrateBps, leastBps));
  const maxBps = Math.max(minBps, rung.bitrateBps);
  const step = (maxTid: Tid): ViewStep => ({
    rung: rung.name,
    maxTid,
    minBps: lineBps(minBps, TEMPORAL_LAYERS[maxTid]),
    maxBps: lineBps(maxBps, TEMPORAL_LAYERS[maxTid]),
    minMediaBps: minBps,
    wholeBps: rung.bitrateBps,
    isWhole: true,
  });
  return isLowest ? TIDS.map(step) : [step(2)];
}
