/**
 * Whether the line's queue grows: the slope of a line fitted to the delays of the last groups of packets
 * (packet-groups.ts), compared with a threshold that adapts, so that a competing TCP flow does not starve the video.
 *
 * Invariant: one late group is no trend, and neither is a viewer's clock that runs a little fast or slow.
 * Method: draft-ietf-rmcat-gcc-02 section 5.4 and Carlucci et al., "Congestion control for web real-time
 * communication", 2017, with libwebrtc's parameters. Time is an argument.
 */

import type { GroupDelta } from './packet-groups.ts';

export type QueueTrend = 'steady' | 'growing' | 'shrinking';

const WINDOW = 20;
/** Fewer groups have no slope. */
const MIN_WINDOW = 6;
const SMOOTHING = 0.9;
const GAIN = 4;
/** The more groups in a row, the surer their slope. */
const MAX_GROUPS = 60;
const FIRST_THRESHOLD_MS = 12.5;
const MIN_THRESHOLD_MS = 6;
const MAX_THRESHOLD_MS = 600;
const RISE = 0.0087;
const FALL = 0.039;
/** A slope further beyond the threshold is an outlier, and adapts nothing. */
const MAX_ADAPT_MS = 15;
const MAX_ADAPT_INTERVAL_MS = 100;
const MIN_GROWING_MS = 10;

export class DelayTrend {
  #trend: QueueTrend = 'steady';
  /** Arrival and smoothed delay, both in ms. */
  readonly #points: { atMs: number; delayMs: number }[] = [];
  #groups = 0;
  #delayMs = 0;
  #smoothedMs = 0;
  #thresholdMs = FIRST_THRESHOLD_MS;
  #adaptedMs: number | undefined;
  #growingMs = 0;
  #growingTimes = 0;
  #slope = 0;

  get trend(): QueueTrend {
    return this.#trend;
  }

  add({ sentUs, arrivedUs, atUs }: GroupDelta): void {
    const atMs = atUs / 1000;
    this.#groups = Math.min(this.#groups + 1, 1000);
    this.#delayMs += (arrivedUs - sentUs) / 1000;
    this.#smoothedMs = SMOOTHING * this.#smoothedMs + (1 - SMOOTHING) * this.#delayMs;
    this.#points.push({ atMs, delayMs: this.#smoothedMs });
    if (this.#points.length > WINDOW) this.#points.shift();
    const before = this.#slope;
    if (this.#points.length >= MIN_WINDOW) this.#slope = slopeOf(this.#points) ?? this.#slope;
    this.#detect(
      Math.min(this.#groups, MAX_GROUPS) * this.#slope * GAIN,
      this.#slope >= before,
      sentUs / 1000,
    );
    this.#adapt(Math.min(this.#groups, MAX_GROUPS) * this.#slope * GAIN, atMs);
  }

  #detect(modified: number, isRising: boolean, sentMs: number): void {
    if (modified < -this.#thresholdMs) this.#trend = 'shrinking';
    else if (modified <= this.#thresholdMs) this.#trend = 'steady';
    else {
      // Half of the first interval counts.
      this.#growingMs += this.#growingTimes === 0 ? sentMs / 2 : sentMs;
      this.#growingTimes++;
      if (this.#growingMs > MIN_GROWING_MS && this.#growingTimes > 1 && isRising) this.#trend = 'growing';
      return;
    }
    this.#growingMs = 0;
    this.#growingTimes = 0;
  }

  #adapt(modified: number, atMs: number): void {
    const intervalMs = Math.min(MAX_ADAPT_INTERVAL_MS, Math.max(0, atMs - (this.#adaptedMs ?? atMs)));
    this.#adaptedMs = atMs;
    const beyondMs = Math.abs(modified) - this.#thresholdMs;
    if (beyondMs > MAX_ADAPT_MS) return;
    this.#thresholdMs += (beyondMs < 0 ? FALL : RISE) * beyondMs * intervalMs;
    this.#thresholdMs = Math.min(MAX_THRESHOLD_MS, Math.max(MIN_THRESHOLD_MS, this.#thresholdMs));
  }
}

/** Least squares; undefined where all points are at one time. */
function slopeOf(points: readonly { atMs: number; delayMs: number }[]): number | undefined {
  const atMs = mean(points.map((point) => point.atMs));
  const delayMs = mean(points.map((point) => point.delayMs));
  let [covariance, variance] = [0, 0];
  for (const point of points) {
    covariance += (point.atMs - atMs) * (point.delayMs - delayMs);
    variance += (point.atMs - atMs) ** 2;
  }
  return variance === 0 ? undefined : covariance / variance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
