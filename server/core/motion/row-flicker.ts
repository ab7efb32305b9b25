/**
 * Bands of light that lamps on 50 or 60 Hz mains draw across a rolling-shutter picture: each row is exposed at another
 * moment of the lamp's cycle, so a whole row is brighter or darker by one factor.
 *
 * The factor is the row's median, which an object that covers less than half of the row does not change.
 */

/** Factors are counted in steps of 1/64 in this range. Lamps vary less; larger factors are not flicker. */
const MIN_FACTOR = 0.75;
const MAX_FACTOR = 1.25;
const STEPS_PER_UNIT = 64;
const BINS = (MAX_FACTOR - MIN_FACTOR) * STEPS_PER_UNIT + 1;
/** Darker than this a factor is mostly noise. */
const MIN_LUMA = 24;
/** Share of a row's cells needed for an estimate. */
const MIN_SHARE = 1 / 4;

export class RowFlicker {
  readonly #histogram = new Uint16Array(BINS);

  /**
   * Fits one factor per row.
   *
   * @param expected what the background should look like, `width * height` values
   * @param luma the picture
   * @param factors is written to: one factor per row
   */
  fit(expected: Float32Array, luma: Uint8Array, width: number, factors: Float32Array): void {
    for (let row = 0; row < factors.length; row++) {
      factors[row] = this.#rowFactor(expected, luma, row * width, width);
    }
  }

  #rowFactor(expected: Float32Array, luma: Uint8Array, start: number, width: number): number {
    const histogram = this.#histogram.fill(0);
    let count = 0;
    for (let cell = start; cell < start + width; cell++) {
      const base = expected[cell] ?? 0;
      const value = luma[cell] ?? 0;
      // A clipped cell does not show how much brighter it would be.
      if (base < MIN_LUMA || value >= 250) continue;
      const bin = Math.round((value / base - MIN_FACTOR) * STEPS_PER_UNIT);
      if (bin < 0 || bin >= BINS) continue;
      histogram[bin] = (histogram[bin] ?? 0) + 1;
      count++;
    }
    if (count < width * MIN_SHARE) return 1;
    return median(histogram, count);
  }
}

function median(histogram: Uint16Array, count: number): number {
  let seen = 0;
  for (let bin = 0; bin < histogram.length; bin++) {
    const here = histogram[bin] ?? 0;
    if (seen + here >= count / 2) {
      const within = (count / 2 - seen) / here - 0.5;
      return MIN_FACTOR + (bin + within) / STEPS_PER_UNIT;
    }
    seen += here;
  }
  return 1;
}
