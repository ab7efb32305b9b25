/** The samples of the last few seconds and their percentiles. Time is an argument; the window is bounded twice. */

export interface Percentiles {
  p50: number;
  p95: number;
  count: number;
}

const CAPACITY = 600;

export class SampleWindow {
  readonly #windowMs: number;
  #samples: { atMs: number; value: number }[] = [];

  constructor(windowMs = 5_000) {
    this.#windowMs = windowMs;
  }

  add(value: number, atMs: number): void {
    this.#samples.push({ atMs, value });
    if (this.#samples.length > CAPACITY) this.#samples.shift();
  }

  /** @returns nearest-rank percentiles, null when nothing was added within the window */
  percentiles(nowMs: number): Percentiles | null {
    this.#samples = this.#samples.filter((sample) => nowMs - sample.atMs <= this.#windowMs);
    return percentiles(this.#samples.map((sample) => sample.value));
  }

  /** Samples per second over the window, from the distance of the first to the last. */
  ratePerSecond(nowMs: number): number {
    const recent = this.#samples.filter((sample) => nowMs - sample.atMs <= this.#windowMs);
    const spanMs = (recent.at(-1)?.atMs ?? 0) - (recent[0]?.atMs ?? 0);
    return spanMs > 0 ? ((recent.length - 1) * 1000) / spanMs : 0;
  }

  clear(): void {
    this.#samples = [];
  }
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), count: sorted.length };
}
