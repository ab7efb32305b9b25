/** A viewer's experience over one line, from the pictures shown and the counters of each second. */

import type { LinkCounters } from '../../network/support/link-emulator.ts';
import { median, percentile } from '../percentiles.ts';
import type { ShownFrame } from '../shown-frames.ts';

/** One second of the measurement. */
export interface Second {
  down: LinkCounters;
  seconds: number;
  /** Pixels; of the first picture. */
  width: number;
}

export interface Measured {
  frames: readonly ShownFrame[];
  seconds: readonly Second[];
  /** On the page's clock. */
  beganMs: number;
  endedMs: number;
  keyframes: number;
  cameras: number;
  capacityKbps: number | undefined;
  /** Width of the first picture, before anything was narrow. */
  fullWidth: number;
  /** Seconds after which the line is as good as before; undefined: no such moment. */
  returnAtS: number | undefined;
  psnrDb: number | undefined;
}

export interface Gap {
  ms: number;
  atS: number;
}

export interface Figures {
  /** Frame rate; of several cameras, the lowest. */
  fps: number;
  frozenS: number;
  gaps: number;
  longestGapMs: number;
  /** Longer than 300 ms; each with the seconds from the beginning to its end. */
  allGaps: readonly Gap[];
  p50Ms: number;
  p95Ms: number;
  /** kbit/s in the mean, and in the worst second from the third on. */
  offeredKbps: number;
  worstKbps: number;
  /** Shares of what the line carries, after the first three seconds. */
  offered: number;
  /** In the worst second. */
  worst: number;
  used: number;
  /** Shares of the packets of video. */
  needless: number;
  corrections: number;
  keyframesPerSecond: number;
  fullAfterS: number;
  psnrDb: number;
}

const GAP_MS = 300;
const SETTLE_SECONDS = 3;

export function figuresOf(measured: Measured): Figures {
  const { frames, seconds, beganMs, endedMs, cameras, capacityKbps = Number.NaN } = measured;
  const elapsedS = (endedMs - beganMs) / 1000;
  const perCamera = Array.from({ length: cameras }, (_, source) =>
    gapsOf(different(frames.filter((frame) => (frame.source ?? 0) === source)), beganMs, endedMs),
  );
  const ages = perCamera.flatMap(({ shown }) => shown.map(({ latencyMs }) => latencyMs));
  const sum = (of: (second: Second) => number, from = 0): number =>
    seconds.slice(from).reduce((total, second) => total + of(second), 0);
  const settledS = sum((second) => second.seconds, SETTLE_SECONDS);
  const video = sum(({ down }) => down.video);
  const ofWorst = (of: (camera: (typeof perCamera)[number]) => number): number =>
    Math.max(...perCamera.map((camera) => of(camera)));
  const worstKbps = Math.max(
    ...seconds.slice(SETTLE_SECONDS).map((second) => bits(second) / second.seconds / 1000),
  );
  return {
    fps: -ofWorst(({ shown }) => -shown.length) / elapsedS,
    frozenS: ofWorst(({ gaps }) => gaps.reduce((total, gap) => total + gap.ms, 0)) / 1000,
    gaps: ofWorst(({ gaps }) => gaps.length),
    longestGapMs: ofWorst(({ longestMs }) => longestMs),
    allGaps: perCamera.flatMap(({ gaps }) => gaps),
    p50Ms: median(ages),
    p95Ms: percentile(ages, 95),
    offeredKbps: sum(bits) / elapsedS / 1000,
    worstKbps,
    worst: worstKbps / capacityKbps,
    offered: sum(bits, SETTLE_SECONDS) / settledS / 1000 / capacityKbps,
    used:
      sum(({ down }) => (down.bytes - down.lostBytes) * 8, SETTLE_SECONDS) / settledS / 1000 / capacityKbps,
    needless:
      Math.max(
        0,
        sum(({ down }) => down.repeats - down.repeatsLost - down.videoLost),
      ) / video,
    corrections: sum(({ down }) => down.corrections) / video,
    keyframesPerSecond: measured.keyframes / elapsedS,
    fullAfterS: fullAfterS(measured),
    psnrDb: measured.psnrDb ?? Number.NaN,
  };
}

export function bits({ down }: Second): number {
  return down.bytes * 8;
}

/** A frame that is presented twice counts once. */
function different(frames: readonly ShownFrame[]): ShownFrame[] {
  const takenMs = frames.map(({ shownMs, latencyMs }) => Math.round(shownMs - latencyMs));
  return frames.filter((_, i) => takenMs[i] !== takenMs[i - 1]);
}

/** Also the time until the first picture, and after the last one. */
function gapsOf(
  shown: readonly ShownFrame[],
  beganMs: number,
  endedMs: number,
): { shown: readonly ShownFrame[]; gaps: Gap[]; longestMs: number } {
  const moments = [beganMs, ...shown.map(({ shownMs }) => shownMs), endedMs];
  const all = moments.slice(1).map((ms, i) => ({
    ms: ms - (moments[i] ?? ms),
    atS: (ms - beganMs) / 1000,
  }));
  return {
    shown,
    gaps: all.filter(({ ms }) => ms > GAP_MS),
    longestMs: Math.max(...all.map(({ ms }) => ms)),
  };
}

/** Seconds from the return of the line until the picture has its full size; infinite: it has not. */
function fullAfterS({ seconds, fullWidth, returnAtS }: Measured): number {
  if (returnAtS === undefined) return Number.NaN;
  let lastSmall = Math.ceil(returnAtS) - 1;
  for (const [index, { width }] of seconds.entries())
    if (index >= returnAtS && width < fullWidth) lastSmall = index;
  return lastSmall === seconds.length - 1 ? Infinity : lastSmall + 1 - returnAtS;
}
