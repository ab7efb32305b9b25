/**
 * Turns a camera that stays away into an event. Wi-Fi drops out for seconds all day long; that is not one.
 *
 * Invariants: a camera is away in one event at most; the event ends when the camera is back, also when the server was
 * restarted meanwhile.
 */

import { unmappedTime, type SiteTime } from '../core/site-clock.ts';
import type { EventView } from '../wire/event.ts';

/** Where events are written, which waits for nothing and says itself what went wrong; main connects it. */
export interface ConnectionLog {
  away(): EventView[];
  start(event: { cameraId: string; source: 'connection'; kind: 'offline'; startedAtMs: number }): EventView;
  end(id: string, endedAtMs: number): void;
}

/** A reboot or an update takes some 10 s. */
const PATIENCE_MS = 30_000;

interface Away {
  /** Server time. */
  sinceUs: number;
  timer: NodeJS.Timeout | undefined;
  /** Once it was told. */
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

  /** Who was away when the server ended is taken to be so until it is back. */
  constructor({ events, patienceMs = PATIENCE_MS, time = unmappedTime() }: ConnectionWatchOptions) {
    this.#events = events;
    this.#patienceMs = patienceMs;
    this.#time = time;
    for (const { cameraId, id, startedAtMs } of events.away())
      this.#away.set(cameraId, { sinceUs: time.serverUs(startedAtMs), timer: undefined, eventId: id });
  }

  /** It is not there: it went, or it is expected at the server's start. Idempotent. */
  onOffline(cameraId: string): void {
    if (this.#away.has(cameraId)) return;
    const away: Away = { sinceUs: this.#time.nowUs(), timer: undefined, eventId: undefined };
    away.timer = setTimeout(() => this.#tell(cameraId, away), this.#patienceMs);
    this.#away.set(cameraId, away);
  }

  onOnline(cameraId: string): void {
    const away = this.#away.get(cameraId);
    this.forget(cameraId);
    if (away?.eventId !== undefined) this.#events.end(away.eventId, this.#time.nowMs());
  }

  /** It was removed, or is not to be watched over. */
  forget(cameraId: string): void {
    clearTimeout(this.#away.get(cameraId)?.timer);
    this.#away.delete(cameraId);
  }

  /** Idempotent. Who is away stays so. */
  close(): void {
    for (const cameraId of this.#away.keys()) this.forget(cameraId);
  }

  #tell(cameraId: string, away: Away): void {
    const startedAtMs = this.#time.dateMs(away.sinceUs);
    away.eventId = this.#events.start({ cameraId, source: 'connection', kind: 'offline', startedAtMs }).id;
  }
}
