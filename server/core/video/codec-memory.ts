/**
 * Decides when a codec process holds so much memory that a new one replaces it; codec-replacement.ts carries it out.
 * Time is an argument.
 *
 * Invariant: a process is `idle` only after it has held encoders, and `large` only relative to the needs of its current
 * number of cameras. So a new process is never replaced for the load it has just taken over, and replacements do not
 * repeat.
 */

export interface CodecMemoryOptions {
  /** A process that had encoders is replaced when it stays this much above its initial size … */
  idleGrowthMib: number;
  /** … for this long without an encoder. */
  idleAfterMs: number;
  /** A process above this … */
  largeMib: number;
  /** … and above its settled size times this is replaced. */
  settledFactor: number;
  /** The settled size is the memory this long after it got more encoders than ever before. */
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

  /** @returns the reason for replacing the process; undefined without one */
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
