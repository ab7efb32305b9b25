/**
 * Decides whether the date may be used to delete old recordings. Pure: date and monotonic clock are arguments, and the caller
 * stores and returns the state for a restart.
 *
 * Invariants: the date is not trusted while something says that the clock is wrong. It is trusted at once if the system says that
 * the clock is synchronized, unless the clock was set in this run, or is more than a day after the last trusted date. Otherwise
 * it is trusted after 24 hours of running without a step; these hours are added up over restarts, if the date advanced meanwhile
 * by a day at most. Without this, a start with a date far in the future would delete everything.
 */

export const PROOF_MS = 24 * 3_600_000;
/** Longest plausible pause between two runs of the server. */
const MAX_PAUSE_MS = 24 * 3_600_000;
/** A clock that runs slow was set back by less while the server was off. */
const MAX_BACK_MS = 60_000;

/** How long the clock has run without a step. */
export interface SteadyRun {
  steadyForMs: number;
  /** The date until which it did. */
  seenMs: number;
}

export interface DateTrustOptions {
  nowMs: number;
  /** The monotonic clock. */
  steadyMs: number;
  /** The last date that was trusted; null before there is one. */
  trustedMs: number | null;
  /** From the run before this one. */
  before: SteadyRun | null;
}

export interface ClockSigns {
  hasProblem: boolean;
  isSynchronized: boolean;
}

export class DateTrust {
  readonly #hasLeapt: boolean;
  /** By the monotonic clock; negative: it was steady before this run. */
  #steadySinceMs: number;
  #wasSet = false;

  constructor({ nowMs, steadyMs, trustedMs, before }: DateTrustOptions) {
    this.#hasLeapt = nowMs - (trustedMs ?? nowMs) > MAX_PAUSE_MS;
    const pauseMs = before ? nowMs - before.seenMs : Infinity;
    const goesOn = pauseMs >= -MAX_BACK_MS && pauseMs <= MAX_PAUSE_MS;
    this.#steadySinceMs = steadyMs - (before && goesOn ? before.steadyForMs : 0);
  }

  onStepped(steadyMs: number): void {
    this.#steadySinceMs = steadyMs;
    this.#wasSet = true;
  }

  /** For the next run. */
  run(nowMs: number, steadyMs: number): SteadyRun {
    return { steadyForMs: Math.max(0, steadyMs - this.#steadySinceMs), seenMs: nowMs };
  }

  /** @returns ms until the date is trusted; 0: it is; null: unknown, while something says that it is wrong */
  remainingMs(steadyMs: number, { hasProblem, isSynchronized }: ClockSigns): number | null {
    if (hasProblem) return null;
    if (isSynchronized && !this.#wasSet && !this.#hasLeapt) return 0;
    return Math.max(0, PROOF_MS - (steadyMs - this.#steadySinceMs));
  }
}
