/**
 * Distinguishes random losses from losses of an overloaded line without a visible queue: a policer, or a queue of a few packets.
 * Random losses take the same share at a low rate as at a high one; an overloaded line loses more, the higher the rate.
 *
 * Invariants: random losses, also in bursts, never lower the rate for long, and neither does a single report. Lowering the rate
 * is a trial: if the same share is lost at the lower rate, the rate was not the cause, and for a while it is not tried again. If
 * high and low rates show no difference, it is tried only when a third is lost, or when it helped recently. Time is an argument.
 */

import type { PacketResult } from './sent-packets.ts';

const WINDOW_US = 250_000;
const WINDOWS = 24;
const MIN_PACKETS = 8;
/** Ratio of two rates that are compared. */
const APART = 1.15;
/** Losses come in bursts: fewer independent ones than packets. */
const BURST_PACKETS = 8;
const DEVIATIONS = 4;
const MIN_DIFFERENCE = 0.05;
const HEAVY_SHARE = 0.33;
/** Three seconds, for bursts of losses end. */
const HEAVY_WINDOWS = 12;
/** A second. */
const TRIAL_WINDOWS = 4;
const SAME_SHARE = 0.75;
const RANDOM_US = 60_000_000;
/** Time after a successful trial for which the line counts as one that drops the excess. */
const POLICED_US = 60_000_000;

interface Window {
  sentBps: number;
  packets: number;
  lost: number;
}

export type LossVerdict = 'none' | 'full' | 'random';

export class LossCause {
  #windows: Window[] = [];
  #began: number | undefined;
  #packets = 0;
  #lost = 0;
  #bytes = 0;
  /** The share lost before the trial lowered the rate. */
  #trialShare: number | undefined;
  #randomUntilUs = -Infinity;
  #policedUntilUs = -Infinity;

  /** Share of the packets of the last windows, 0 … 1. */
  get share(): number {
    return shareOf(this.#windows.slice(-TRIAL_WINDOWS));
  }

  /** @returns 'full': the rate must be lowered; 'random': the trial has shown that the rate is not the cause */
  add({ sentUs, arrivedUs, wasLost, bytes }: PacketResult, nowUs: number): LossVerdict {
    if (wasLost) {
      this.#lost = Math.max(0, this.#lost - 1);
      return 'none';
    }
    this.#began ??= sentUs;
    const elapsedUs = sentUs - this.#began;
    const isWhole = elapsedUs >= WINDOW_US && this.#packets >= MIN_PACKETS;
    if (isWhole) this.#endWindow(elapsedUs, sentUs);
    this.#packets++;
    this.#bytes += bytes;
    if (arrivedUs === undefined) this.#lost++;
    return isWhole ? this.#verdict(nowUs) : 'none';
  }

  /** The rate is lowered, for whatever reason: earlier measurements belong to another rate. */
  lowered(): void {
    this.#windows = [];
  }

  get #isHeavy(): boolean {
    const windows = this.#windows.slice(-HEAVY_WINDOWS);
    return windows.length === HEAVY_WINDOWS && shareOf(windows) > HEAVY_SHARE;
  }

  #endWindow(elapsedUs: number, sentUs: number): void {
    // After a silence the window has no rate.
    if (elapsedUs < 4 * WINDOW_US)
      this.#windows.push({
        sentBps: (this.#bytes * 8_000_000) / elapsedUs,
        packets: this.#packets,
        lost: this.#lost,
      });
    if (this.#windows.length > WINDOWS) this.#windows.shift();
    this.#began = sentUs;
    this.#packets = 0;
    this.#lost = 0;
    this.#bytes = 0;
  }

  #verdict(nowUs: number): LossVerdict {
    if (nowUs < this.#randomUntilUs || this.#windows.length < TRIAL_WINDOWS) return 'none';
    const { share } = this;
    if (this.#trialShare !== undefined) {
      const isRandom = share > SAME_SHARE * this.#trialShare;
      this.#trialShare = undefined;
      if (isRandom) this.#randomUntilUs = nowUs + RANDOM_US;
      else this.#policedUntilUs = nowUs + POLICED_US;
      return isRandom ? 'random' : 'none';
    }
    const isTooMuch =
      nowUs < this.#policedUntilUs ? share > MIN_DIFFERENCE : this.#isHeavy || growsWithRate(this.#windows);
    if (!isTooMuch) return 'none';
    this.#trialShare = share;
    return 'full';
  }
}

/** The windows with a higher rate have significantly more losses than those with a lower one. */
function growsWithRate(windows: readonly Window[]): boolean {
  const sorted = windows.toSorted((a, b) => a.sentBps - b.sentBps);
  const half = Math.floor(sorted.length / 2);
  if (half < TRIAL_WINDOWS) return false;
  const [slow, quick] = [sorted.slice(0, half), sorted.slice(-half)];
  if (meanBps(quick) < APART * meanBps(slow)) return false;
  const difference = shareOf(quick) - shareOf(slow);
  const variance = (part: readonly Window[]): number => {
    const share = shareOf(part);
    return (BURST_PACKETS * share * (1 - share)) / Math.max(1, packetsOf(part));
  };
  return difference > Math.max(MIN_DIFFERENCE, DEVIATIONS * Math.sqrt(variance(slow) + variance(quick)));
}

function packetsOf(windows: readonly Window[]): number {
  return windows.reduce((sum, { packets }) => sum + packets, 0);
}

function shareOf(windows: readonly Window[]): number {
  return windows.reduce((sum, { lost }) => sum + lost, 0) / Math.max(1, packetsOf(windows));
}

function meanBps(windows: readonly Window[]): number {
  return windows.reduce((sum, { sentBps }) => sum + sentBps, 0) / windows.length;
}
