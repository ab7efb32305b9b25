/**
 * From samples to the printed figures and the limits they break. Pure: samples and times are arguments.
 *
 * Times are ms since the Unix epoch.
 */

import { median, percentile } from '../bench/percentiles.ts';

/** Frames the viewer received in one second. */
export interface FrameSample {
  atMs: number;
  frames: number;
}

/** One GET /api/health, measured from the time it was due. */
export interface HealthSample {
  atMs: number;
  latencyMs: number;
  /** Answered with 200. */
  ok: boolean;
}

export interface ResourceSample {
  atMs: number;
  serverMb: number;
  /** All codec processes together. */
  codecMb: number;
  /** Open descriptors of the server. */
  descriptors: number;
}

/** From going offline to coming back. */
export interface Absence {
  fromMs: number;
  /** Undefined while it lasts. */
  toMs: number | undefined;
}

export interface Samples {
  frames: FrameSample[];
  health: HealthSample[];
  resources: ResourceSample[];
  absences: Absence[];
}

export interface Phase {
  /** The attack. */
  fromMs: number;
  toMs: number;
  /** When the server was back to normal, or was given up. */
  recoveredMs: number;
}

export interface Figures {
  fps: { median: number; min: number; worst: number };
  health: { p50Ms: number; p99Ms: number; asked: number; failed: number };
  before: ResourceSample;
  peak: ResourceSample;
  after: ResourceSample;
  /** The longest absence of the camera in seconds; Infinity when it was still offline at the end. */
  cameraAwaySeconds: number;
}

export const LIMITS = {
  /** Frames per second, in any WINDOW_SECONDS of the attack: a frame that slips into the next second is no fault. */
  minFps: 20,
  maxHealthP99Ms: 100,
  /** Share of the value before. */
  maxMemoryGrowth: 0.25,
  maxDescriptorChange: 20,
  maxCameraAwaySeconds: 5,
};
const WINDOW_SECONDS = 3;
const BEFORE_MS = 6_000;

export function figuresOf(samples: Samples, phase: Phase): Figures {
  const { fromMs, toMs, recoveredMs } = phase;
  const frames = within(samples.frames, fromMs, toMs).map((sample) => sample.frames);
  const health = within(samples.health, fromMs, toMs);
  const latencies = health.map(({ latencyMs }) => latencyMs);
  const peak = within(samples.resources, fromMs, recoveredMs);
  return {
    fps: {
      median: frames.length === 0 ? 0 : median(frames),
      min: frames.length === 0 ? 0 : Math.min(...frames),
      worst: worstWindow(frames),
    },
    health: {
      p50Ms: percentile(latencies, 50),
      p99Ms: percentile(latencies, 99),
      asked: health.length,
      failed: health.filter(({ ok }) => !ok).length,
    },
    before: medianResources(within(samples.resources, fromMs - BEFORE_MS, fromMs)),
    peak: combine(peak, (values) => Math.max(...values)),
    after: combine(peak.slice(-1), (values) => values[0] ?? Number.NaN),
    cameraAwaySeconds: longestAbsence(samples.absences, fromMs, recoveredMs),
  };
}

/** @returns a few words for each broken limit */
export function brokenLimits(figures: Figures): string[] {
  const { fps, health, cameraAwaySeconds } = figures;
  return [
    fps.worst >= LIMITS.minFps || 'viewer',
    health.p99Ms <= LIMITS.maxHealthP99Ms || 'health',
    ...brokenResources(figures.before, figures.after),
    cameraAwaySeconds <= LIMITS.maxCameraAwaySeconds || 'camera',
  ].filter((limit) => typeof limit === 'string');
}

/** @returns the limits of memory and descriptors among them */
export function brokenResources(before: ResourceSample, after: ResourceSample): string[] {
  const isBack = (mb: number, beforeMb: number): boolean => mb <= beforeMb * (1 + LIMITS.maxMemoryGrowth);
  const change = Math.abs(after.descriptors - before.descriptors);
  return [
    isBack(after.serverMb, before.serverMb) || 'memory of the server',
    isBack(after.codecMb, before.codecMb) || 'memory of the codec processes',
    change <= LIMITS.maxDescriptorChange || 'descriptors',
  ].filter((limit) => typeof limit === 'string');
}

export function medianResources(samples: readonly ResourceSample[]): ResourceSample {
  return combine(samples, median);
}

export function within<T extends { atMs: number }>(samples: readonly T[], fromMs: number, toMs: number): T[] {
  return samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
}

function combine(samples: readonly ResourceSample[], choose: (values: number[]) => number): ResourceSample {
  return {
    atMs: samples.at(-1)?.atMs ?? Number.NaN,
    serverMb: choose(samples.map(({ serverMb }) => serverMb)),
    codecMb: choose(samples.map(({ codecMb }) => codecMb)),
    descriptors: choose(samples.map(({ descriptors }) => descriptors)),
  };
}

/** @returns frames per second in the worst consecutive WINDOW_SECONDS */
function worstWindow(frames: readonly number[]): number {
  if (frames.length < WINDOW_SECONDS) return frames.length === 0 ? 0 : Math.min(...frames);
  const sums = frames
    .slice(WINDOW_SECONDS - 1)
    .map((_, index) => frames.slice(index, index + WINDOW_SECONDS).reduce((sum, count) => sum + count, 0));
  return Math.min(...sums) / WINDOW_SECONDS;
}

function longestAbsence(absences: readonly Absence[], fromMs: number, toMs: number): number {
  const seconds = absences
    .filter((absence) => absence.fromMs <= toMs && (absence.toMs ?? Infinity) >= fromMs)
    .map((absence) => ((absence.toMs ?? Infinity) - absence.fromMs) / 1000);
  return Math.max(0, ...seconds);
}
