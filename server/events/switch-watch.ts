/**
 * Turns the time that a camera is switched off into an event, so that the log says who switched it off and when.
 *
 * Invariant: a camera has at most one running event of this kind; it continues after a restart of the server, and ends with the
 * first report that the camera is on.
 */

import type { SiteTime } from '../core/site-clock.ts';
import type { OffView } from '../wire/camera-switch.ts';
import type { EventLog } from './event-log.ts';

export interface SwitchWatchOptions {
  events: Pick<EventLog, 'goingOn' | 'start' | 'end'>;
  time: SiteTime;
}

export class SwitchWatch {
  readonly #events: SwitchWatchOptions['events'];
  readonly #time: SiteTime;
  /** The running event of each camera that is off. */
  readonly #off = new Map<string, string>();

  constructor({ events, time }: SwitchWatchOptions) {
    this.#events = events;
    this.#time = time;
    for (const { cameraId, id } of events.goingOn('off')) this.#off.set(cameraId, id);
  }

  /** @param off null: it is on. Idempotent */
  onSwitched(cameraId: string, off: OffView | null): void {
    const eventId = this.#off.get(cameraId);
    if (off && eventId === undefined) {
      const { sinceMs: startedAtMs, username } = off;
      const event = {
        cameraId,
        source: 'switch',
        sourceName: username ?? '',
        kind: 'off',
        startedAtMs,
      } as const;
      this.#off.set(cameraId, this.#events.start(event).id);
    } else if (!off && eventId !== undefined) {
      this.#off.delete(cameraId);
      this.#events.end(eventId, this.#time.nowMs());
    }
  }

  /** The camera was removed, and its events with it. */
  forget(cameraId: string): void {
    this.#off.delete(cameraId);
  }
}
