/**
 * A bounded queue in which keys take turns: one item of each key, then the next of each.
 *
 * Invariant: a flood delays only its own key. When the queue is full, the key with the most waiting items loses its
 * newest to a key with at least two fewer.
 */

export interface FairQueueLimits {
  total: number;
  perKey: number;
}

export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  /** In the order of their turns; no key is empty. */
  readonly #byKey = new Map<string, T[]>();
  #size = 0;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  hasRoom(key: string): boolean {
    const own = this.#byKey.get(key)?.length ?? 0;
    const { total, perKey } = this.#limits;
    return own < perKey && (this.#size < total || this.#longest().length >= own + 2);
  }

  /** There must be room. @returns the item that was removed for it, if any */
  push(key: string, item: T): T | undefined {
    if (!this.hasRoom(key)) throw new RangeError(`the queue has no room for ${key}`);
    const dropped = this.#size >= this.#limits.total ? this.#longest().pop() : undefined;
    const items = this.#byKey.get(key);
    if (items) items.push(item);
    else this.#byKey.set(key, [item]);
    if (dropped === undefined) this.#size++;
    return dropped;
  }

  shift(): T | undefined {
    const [turn] = this.#byKey;
    if (!turn) return undefined;
    const [key, items] = turn;
    const item = items.shift();
    this.#byKey.delete(key);
    if (items.length > 0) this.#byKey.set(key, items);
    this.#size--;
    return item;
  }

  #longest(): T[] {
    const [first = [], ...others] = this.#byKey.values();
    return others.reduce((longest, items) => (items.length > longest.length ? items : longest), first);
  }
}
