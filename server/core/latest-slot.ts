/** The only queue of video: room for one value, the newest wins, and replaced values are counted. */
export class LatestSlot<T> {
  #waiting: T | undefined;
  #passedOver = 0;

  /** Values that were replaced, or cleared, before they were taken. */
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
