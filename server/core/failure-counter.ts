/**
 * Counts failures by key (a network, an account) within a time that begins with the key's first failure.
 *
 * Invariants: memory is bounded, whatever keys attackers choose; making room takes a bounded number of steps and
 * removes the checked key with the fewest failures, so that a flood of new keys removes its own keys before a
 * guesser's.
 */

export interface FailureLimit {
  /** This many are allowed, the next one must wait. */
  failures: number;
  windowMs: number;
}

interface Entry {
  failures: number;
  endsAtMs: number;
}

const MAX_KEYS = 10_000;
/** Number of keys checked to make room for one. */
const CANDIDATES = 16;

export class FailureCounter {
  readonly #limit: FailureLimit;
  readonly #maxKeys: number;
  readonly #entries = new Map<string, Entry>();

  constructor(limit: FailureLimit, maxKeys = MAX_KEYS) {
    this.#limit = limit;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#entries.size;
  }

  failuresOf(key: string, nowMs: number): number {
    return this.#current(key, nowMs)?.failures ?? 0;
  }

  /** @returns ms until the key's next attempt is allowed, 0 when it is allowed now */
  waitMs(key: string, nowMs: number): number {
    const entry = this.#current(key, nowMs);
    return entry && entry.failures >= this.#limit.failures ? entry.endsAtMs - nowMs : 0;
  }

  add(key: string, nowMs: number): void {
    const entry = this.#current(key, nowMs);
    if (entry) {
      entry.failures++;
      return;
    }
    this.#entries.delete(key);
    if (this.#entries.size >= this.#maxKeys) this.#makeRoom(nowMs);
    this.#entries.set(key, { failures: 1, endsAtMs: nowMs + this.#limit.windowMs });
  }

  /** Takes back one failure. */
  takeBack(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.failures--;
    if (entry.failures === 0) this.#entries.delete(key);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  #current(key: string, nowMs: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && nowMs < entry.endsAtMs ? entry : undefined;
  }

  #makeRoom(nowMs: number): void {
    let fewest: [key: string, entry: Entry] | undefined;
    const candidates = [...this.#entries.entries().take(CANDIDATES)];
    for (const [key, entry] of candidates) {
      // Checked again only after all others.
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      if (nowMs >= entry.endsAtMs) fewest = [key, { ...entry, failures: 0 }];
      else if (!fewest || entry.failures < fewest[1].failures) fewest = [key, entry];
    }
    if (fewest) this.#entries.delete(fewest[0]);
  }
}
