/**
 * The brightness at which the camera renders the scene now, compared with before: the curve from a background's luma to
 * the present picture's.
 *
 * A camera's exposure, gain and gamma change every cell of the same brightness in the same way; a moving object changes
 * a few cells. So the median change within each level of brightness is the camera's, as long as objects cover less than
 * half of that level. It is a curve, not one factor, because gamma and clipping bend it.
 */

const LEVELS = 8;
const LEVEL_WIDTH = 256 / LEVELS;
/** With fewer cells than this share of the picture a level is unknown; its neighbours then determine it. */
const MIN_SHARE = 1 / 100;
/** Differences are counted from -255 to 255. */
const BINS = 511;

export class ToneCurve {
  /** The curve for each integer luma value: the background's value as rendered now. */
  readonly #map = new Float32Array(256);
  readonly #histograms = new Uint16Array(LEVELS * BINS);
  readonly #counts = new Uint32Array(LEVELS);
  readonly #shifts = new Float32Array(LEVELS);

  /**
   * Fits the curve to one picture.
   *
   * @param background expected luma, 0 … 255
   * @param luma actual luma, as many cells
   */
  fit(background: Float32Array, luma: Uint8Array): void {
    this.#histograms.fill(0);
    this.#counts.fill(0);
    for (let cell = 0; cell < luma.length; cell++) {
      const expected = background[cell] ?? 0;
      const level = Math.min(LEVELS - 1, expected / LEVEL_WIDTH) | 0;
      const bin = level * BINS + Math.round((luma[cell] ?? 0) - expected) + 255;
      this.#histograms[bin] = (this.#histograms[bin] ?? 0) + 1;
      this.#counts[level] = (this.#counts[level] ?? 0) + 1;
    }
    const enough = Math.max(1, luma.length * MIN_SHARE);
    for (let level = 0; level < LEVELS; level++) {
      const known = (this.#counts[level] ?? 0) >= enough;
      this.#shifts[level] = known ? this.#medianShift(level) : Number.NaN;
    }
    this.#bridgeUnknownLevels();
    this.#drawMap();
  }

  /** Expected luma of a background cell in the picture last fitted. */
  apply(luma: number): number {
    const below = luma | 0;
    const low = this.#map[below] ?? 0;
    const high = this.#map[Math.min(255, below + 1)] ?? 0;
    return low + (high - low) * (luma - below);
  }

  /** The mean absolute change over all brightnesses, in luma steps: large after an exposure jump. */
  get change(): number {
    let sum = 0;
    for (let value = 0; value < 256; value++) sum += Math.abs((this.#map[value] ?? 0) - value);
    return sum / 256;
  }

  /** To a fraction of a step: interpolated within the bin, so that a slow drift is not rounded away. */
  #medianShift(level: number): number {
    const half = (this.#counts[level] ?? 0) / 2;
    let seen = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const here = this.#histograms[level * BINS + bin] ?? 0;
      if (seen + here >= half) return bin - 255 - 0.5 + (half - seen) / here;
      seen += here;
    }
    return 0;
  }

  /** An unknown level is brighter or darker by the factor of the nearest known one. */
  #bridgeUnknownLevels(): void {
    const known = [...this.#shifts.keys()].filter((level) => !Number.isNaN(this.#shifts[level]));
    for (let level = 0; level < LEVELS; level++) {
      if (!Number.isNaN(this.#shifts[level])) continue;
      const nearest = known.toSorted((a, b) => Math.abs(a - level) - Math.abs(b - level))[0];
      this.#shifts[level] = nearest === undefined ? 0 : middleOf(level) * (this.#factor(nearest) - 1);
    }
  }

  #factor(level: number): number {
    return 1 + (this.#shifts[level] ?? 0) / middleOf(level);
  }

  /** Straight lines between the middles of the levels, extended from the last one to white. */
  #drawMap(): void {
    const atWhite = 255 * (this.#factor(LEVELS - 1) - 1);
    for (let value = 0; value < 256; value++) {
      const position = Math.max(0, value / LEVEL_WIDTH - 0.5);
      const below = position | 0;
      const low = this.#shifts[below] ?? 0;
      const high = this.#shifts[below + 1] ?? low + 2 * (atWhite - low);
      this.#map[value] = Math.min(255, Math.max(0, value + low + (high - low) * (position - below)));
    }
  }
}

function middleOf(level: number): number {
  return (level + 0.5) * LEVEL_WIDTH;
}
