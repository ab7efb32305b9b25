/**
 * Turns a camera that stays offline into an event. Wi-Fi often drops out for seconds; that is not an event.
 *
 * Invariants: a camera has at most one such event at a time; the event ends when the camera reconnects, also after a restart of
 * the server.
 */

import { unmappedTime, type SiteTime } from '../core/site-clock.ts';
import { STALLED_SOURCE } from '../wire/browser-values.ts';
import type { EventView } from '../wire/event.ts';

/** Destination of the events, which never waits and logs its own errors. */
export interface ConnectionLog {
  away(): EventView[];
  start(event: {
    cameraId: string;
    source: 'connection';
    sourceName: string;
    kind: 'offline';
    startedAtMs: number;
  }): EventView;
  end(id: string, endedAtMs: number): void;
}

/** A reboot or an update takes about 10 s. */
const PATIENCE_MS = 30_000;

/** Not connected, or connected without new pictures. */
export type AwayReason = 'offline' | 'stalled';

interface Away {
  reason: AwayReason;
  /** Server time. */
  sinceUs: number;
  timer: NodeJS.Timeout | undefined;
  /** Set once the event was reported. */
  eventId: string | undefined;
}

export interface ConnectionWatchOptions {
  events: ConnectionLog;
  patienceMs?: number;
  time?: SiteTime;
}

export class ConnectionWatch {
  readonly #events: ConnectionLog;
  readonly #patienceMs: number;
  readonly #time: SiteTime;
  readonly #away = new Map<string, Away>();

  /** Cameras that were offline when the server stopped count as offline until they are back. */
  constructor({ events, patienceMs = PATIENCE_MS, time = unmappedTime() }: ConnectionWatchOptions) {
    this.#events = events;
    this.#patienceMs = patienceMs;
    this.#time = time;
    for (const { cameraId, id, startedAtMs } of events.away())
      this.#away.set(cameraId, {
        reason: 'offline',
        sinceUs: time.serverUs(startedAtMs),
        timer: undefined,
        eventId: id,
      });
  }

  /** The camera disconnected or stalled, or is expected at the server's start. Idempotent; the last reason counts. */
  onOffline(cameraId: string, reason: AwayReason = 'offline'): void {
    const known = this.#away.get(cameraId);
    if (known) {
      known.reason = reason;
      return;
    }
    const away: Away = { reason, sinceUs: this.#time.nowUs(), timer: undefined, eventId: undefined };
    away.timer = setTimeout(() => this.#tell(cameraId, away), this.#patienceMs);
    this.#away.set(cameraId, away);
  }

  onOnline(cameraId: string): void {
    const away = this.#away.get(cameraId);
    this.forget(cameraId);
    if (away?.eventId !== undefined) this.#events.end(away.eventId, this.#time.nowMs());
  }

  /** The camera was removed, or is no longer watched. */
  forget(cameraId: string): void {
    clearTimeout(this.#away.get(cameraId)?.timer);
    this.#away.delete(cameraId);
  }

  /** Idempotent. Events of offline cameras continue. */
  close(): void {
    for (const cameraId of this.#away.keys()) this.forget(cameraId);
  }

  #tell(cameraId: string, away: Away): void {
    const { reason, sinceUs } = away;
    const startedAtMs = this.#time.dateMs(sinceUs);
    const sourceName = reason === 'stalled' ? STALLED_SOURCE : '';
    const event = { cameraId, source: 'connection', sourceName, kind: 'offline', startedAtMs } as const;
    away.eventId = this.#events.start(event).id;
  }
}
