/**
 * Handles the end of the loaded part of a segment that is being written: requests more at once, then at intervals, until playback
 * continues.
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

  /** Playback continues, or nobody waits any more. Idempotent. */
  leave(): void {
    clearTimeout(this.#next);
    this.#isWaiting = false;
  }
}
