/** A level that follows a value without flickering: it rises at one threshold and falls only below a lower one. */

export interface LevelThresholds {
  /** The level is reached at this value. */
  enter: number;
  /** The level is left below this value. Less than `enter`. */
  leave: number;
}

export class Hysteresis {
  readonly #levels: readonly LevelThresholds[];
  #level = 0;

  /** @param levels mildest first; level 0 is below all of them */
  constructor(levels: readonly LevelThresholds[]) {
    this.#levels = levels;
  }

  get level(): number {
    return this.#level;
  }

  /** @returns the current level */
  update(value: number): number {
    const reached = this.#levels.filter(({ enter }) => value >= enter).length;
    const kept = this.#levels.filter(({ leave }, index) => index < this.#level && value >= leave).length;
    this.#level = Math.max(reached, kept);
    return this.#level;
  }
}
