/**
 * The edges that a site knows: those that have said that they are there, and those that it has dropped. Time is an
 * argument.
 *
 * Invariants: a dropped edge is not admitted until it is let in again, whatever it says; an edge with other names, or
 * many of them, makes the list no longer than MAX_EDGES: the one that was silent for longest gives way.
 */

export const MAX_EDGES = 256;
/** How often an edge says that it is there. */
export const HELLO_MS = 5_000;
/** Two hellos may be lost. */
const SILENT_US = 3 * HELLO_MS * 1000;

export interface KnownEdge {
  name: string;
  status: 'connected' | 'silent' | 'otherVersion' | 'dropped';
  /** Its release; undefined: it has not said, or in another version of the messages. */
  software: string | undefined;
  /** Server time; undefined: not since the start. */
  heardUs: number | undefined;
}

interface Heard {
  heardUs: number;
  software: string | undefined;
}

export class EdgeRoster {
  readonly #heard = new Map<string, Heard>();
  readonly #dropped: Set<string>;

  constructor(dropped: Iterable<string> = []) {
    this.#dropped = new Set(dropped);
  }

  get dropped(): string[] {
    return [...this.#dropped].toSorted();
  }

  isAdmitted(edge: string): boolean {
    return !this.#dropped.has(edge);
  }

  has(edge: string): boolean {
    return this.#heard.has(edge) || this.#dropped.has(edge);
  }

  /** @param software undefined: it speaks another version */
  hear(edge: string, software: string | undefined, nowUs: number): void {
    // In the order of hearing.
    this.#heard.delete(edge);
    this.#heard.set(edge, { heardUs: nowUs, software });
    for (const longest of this.#heard.keys()) {
      if (this.#heard.size <= MAX_EDGES) break;
      this.#heard.delete(longest);
    }
  }

  setDropped(edge: string, isDropped: boolean): void {
    if (isDropped) this.#dropped.add(edge);
    else this.#dropped.delete(edge);
  }

  /** By name. */
  list(nowUs: number): KnownEdge[] {
    const names = new Set([...this.#heard.keys(), ...this.#dropped]);
    return [...names].toSorted().map((name) => {
      const { heardUs, software } = this.#heard.get(name) ?? { heardUs: undefined, software: undefined };
      return { name, status: this.#statusOf(name, nowUs), software, heardUs };
    });
  }

  #statusOf(name: string, nowUs: number): KnownEdge['status'] {
    if (this.#dropped.has(name)) return 'dropped';
    const heard = this.#heard.get(name);
    if (!heard || nowUs - heard.heardUs >= SILENT_US) return 'silent';
    return heard.software === undefined ? 'otherVersion' : 'connected';
  }
}
