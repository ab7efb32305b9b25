/**
 * The only queue video ever waits in: room for one, the newest wins, and what it replaces is counted.
 */
export class LatestSlot<T> {
  #waiting: T | undefined;
  #passedOver = 0;

  /** How many values were replaced, or thrown away by `clear`, before anybody took them. */
  get passedOver(): number {
    return this.#passedOver;
  }

  offer(value: T): void {
    if (this.#waiting !== undefined) this.#passedOver++;
    this.#waiting = value;
  }

  take(): T | undefined {
    const value = this.#waiting;
    this.#waiting = undefined;
    return value;
  }

  clear(): void {
    if (this.take() !== undefined) this.#passedOver++;
  }
}
