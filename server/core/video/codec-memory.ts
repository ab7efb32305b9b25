/**
 * Decides when a codec process holds so much memory that a fresh one takes over; codec-replacement.ts carries it out. Time is
 * an argument.
 *
 * Invariant: a process is `idle` only after it has held encoders, and `large` only against what its present number of cameras
 * needs. So a fresh process is never replaced for the load it has just taken over, and replacement does not repeat itself.
 */

export interface CodecMemoryOptions {
  /** A process that had encoders is given back when it stays this much above its fresh size … */
  idleGrowthMib: number;
  /** … for this long without an encoder. */
  idleAfterMs: number;
  /** A process above this … */
  largeMib: number;
  /** … and above its settled size times this is replaced. */
  settledFactor: number;
  /** The settled size is what the process holds this long after it got more encoders than ever before. */
  settleMs: number;
}

export type MemoryVerdict = 'idle' | 'large';

/** One run of one codec process. */
export class CodecMemory {
  readonly #options: CodecMemoryOptions;
  readonly #freshMib: number;
  #mostEncoders = 0;
  #settlesUs: number;
  #settledMib: number | undefined;
  #idleSinceUs: number | undefined;

  /** @param freshMib resident memory before the first picture */
  constructor(options: CodecMemoryOptions, freshMib: number, nowUs: number) {
    this.#options = options;
    this.#freshMib = freshMib;
    this.#settlesUs = nowUs + options.settleMs * 1000;
  }

  /** @returns why the process is to be replaced; undefined when it is not */
  check(residentMib: number, encoders: number, nowUs: number): MemoryVerdict | undefined {
    if (encoders > this.#mostEncoders) {
      this.#mostEncoders = encoders;
      this.#settledMib = undefined;
      this.#settlesUs = nowUs + this.#options.settleMs * 1000;
    }
    if (nowUs >= this.#settlesUs) this.#settledMib ??= residentMib;
    this.#idleSinceUs = encoders > 0 ? undefined : (this.#idleSinceUs ?? nowUs);
    if (this.#isLarge(residentMib)) return 'large';
    return this.#isIdle(residentMib, nowUs) ? 'idle' : undefined;
  }

  #isLarge(residentMib: number): boolean {
    const { largeMib, settledFactor } = this.#options;
    if (this.#settledMib === undefined) return false;
    return residentMib > Math.max(largeMib, settledFactor * this.#settledMib);
  }

  #isIdle(residentMib: number, nowUs: number): boolean {
    const { idleGrowthMib, idleAfterMs } = this.#options;
    if (this.#mostEncoders === 0 || this.#idleSinceUs === undefined) return false;
    return nowUs - this.#idleSinceUs >= idleAfterMs * 1000 && residentMib > this.#freshMib + idleGrowthMib;
  }
}
