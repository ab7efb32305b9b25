/**
 * A small cache by key: above the limit the least recently used value is dropped.
 *
 * Invariant: at most `limit` values; each dropped value is passed to `onDropped` once.
 */
export class RecentlyUsed<Key, Value> {
  readonly #limit: number;
  readonly #onDropped: (value: Value) => void;
  /** Least recently used first. */
  readonly #values = new Map<Key, Value>();

  /** @param onDropped for values that must be closed */
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
