/**
 * Frames per second of one camera, over a sliding second or two; steady under jitter because it counts instead of
 * averaging gaps.
 */

const WINDOW_US = 2_000_000;
const MAX_FRAMES = 256;

export class FrameRateMeter {
  readonly #assumedFps: number;
  #arrivalsUs: number[] = [];

  /** @param assumedFps the result until a second of frames has been seen */
  constructor(assumedFps: number) {
    this.#assumedFps = assumedFps;
  }

  add(nowUs: number): void {
    this.#arrivalsUs.push(nowUs);
    while (this.#arrivalsUs.length > MAX_FRAMES || nowUs - (this.#arrivalsUs[0] ?? nowUs) > WINDOW_US)
      this.#arrivalsUs.shift();
  }

  get fps(): number {
    const first = this.#arrivalsUs[0];
    const last = this.#arrivalsUs.at(-1);
    if (first === undefined || last === undefined || last - first < WINDOW_US / 2) return this.#assumedFps;
    return ((this.#arrivalsUs.length - 1) * 1_000_000) / (last - first);
  }
}
