/**
 * Finds how far back the events reach that a step of the clock would re-date: open events, and those that have just ended. Their
 * recordings are re-dated with them, however long the event is. Pure.
 */

import { REDATED_MS } from '../site-clock.ts';

interface Reach {
  startMs: number;
  /** Infinity while it is open. */
  endMs: number;
}

export class EventReach {
  readonly #events = new Map<string, Reach>();

  /** Times are server time in ms. */
  start(id: string, startMs: number): void {
    this.#events.set(id, { startMs, endMs: Infinity });
  }

  end(id: string, endMs: number): void {
    const event = this.#events.get(id);
    if (event) event.endMs = endMs;
  }

  /** @returns the earliest start; undefined without such an event */
  sinceMs(nowMs: number): number | undefined {
    for (const [id, { endMs }] of this.#events) if (endMs < nowMs - REDATED_MS) this.#events.delete(id);
    if (this.#events.size === 0) return undefined;
    return Math.min(...[...this.#events.values()].map(({ startMs }) => startMs));
  }
}
