/**
 * The end of what a player has loaded of a segment that is being written: it asks for more at once, then at intervals,
 * until it goes on.
 */

const ASK_MS = 2_000;

export class RecordingEdge {
  readonly #ask: () => void;
  #next: ReturnType<typeof setTimeout> | undefined;
  #isWaiting = false;

  /** @param ask has the segments looked up anew */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** There is no more yet. */
  wait(): void {
    clearTimeout(this.#next);
    if (this.#isWaiting) this.#next = setTimeout(this.#ask, ASK_MS);
    else this.#ask();
    this.#isWaiting = true;
  }

  /** It goes on, or nobody waits any more. Idempotent. */
  leave(): void {
    clearTimeout(this.#next);
    this.#isWaiting = false;
  }
}
