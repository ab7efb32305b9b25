/**
 * How far back the events of a camera reach that would get another date if the clock were set now: those that go on, and those
 * that have just ended. Their recordings get one too, however long the event lasts. Pure.
 */

import { REDATED_MS } from '../site-clock.ts';

interface Reach {
  startMs: number;
  /** Infinity while it goes on. */
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

  /** @returns since when; undefined when there is no such event */
  sinceMs(nowMs: number): number | undefined {
    for (const [id, { endMs }] of this.#events) if (endMs < nowMs - REDATED_MS) this.#events.delete(id);
    if (this.#events.size === 0) return undefined;
    return Math.min(...[...this.#events.values()].map(({ startMs }) => startMs));
  }
}
