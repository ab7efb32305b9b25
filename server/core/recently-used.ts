/**
 * Few values by key: what is asked for again is kept, and past the limit the one used longest ago goes.
 *
 * Invariant: never more than `limit` values; each one that goes is handed to `onDropped` once.
 */
export class RecentlyUsed<Key, Value> {
  readonly #limit: number;
  readonly #onDropped: (value: Value) => void;
  /** The one used longest ago first. */
  readonly #values = new Map<Key, Value>();

  /** @param onDropped for what has to be closed */
  constructor(limit: number, onDropped: (value: Value) => void = () => undefined) {
    this.#limit = limit;
    this.#onDropped = onDropped;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: Key): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  getOrAdd(key: Key, make: () => Value): Value {
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    const made = make();
    this.set(key, made);
    return made;
  }

  set(key: Key, value: Value): void {
    this.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#limit) break;
      this.delete(oldest);
    }
  }

  delete(key: Key): void {
    const value = this.#values.get(key);
    this.#values.delete(key);
    if (value !== undefined) this.#onDropped(value);
  }

  deleteIf(condition: (key: Key) => boolean): void {
    for (const key of this.#values.keys()) if (condition(key)) this.delete(key);
  }

  clear(): void {
    for (const key of this.#values.keys()) this.delete(key);
  }
}
