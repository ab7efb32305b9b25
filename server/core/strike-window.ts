/** Detects too many failures in too short a time, however many successes lie between them. */
export class StrikeWindow {
  readonly #max: number;
  readonly #windowUs: number;
  #strikesUs: number[] = [];

  /** @param max this many failures within the window are too many */
  constructor(max: number, windowUs: number) {
    this.#max = max;
    this.#windowUs = windowUs;
  }

  /** @returns whether this failure is one too many */
  strike(nowUs: number): boolean {
    this.#strikesUs = this.#strikesUs.filter((us) => nowUs - us < this.#windowUs);
    this.#strikesUs.push(nowUs);
    return this.#strikesUs.length >= this.#max;
  }
}
