/**
 * Turns a camera that stays away, or stays connected without new pictures, into an event. Wi-Fi drops out for seconds all day long; that is not one.
 *
 * Invariants: a camera is away in one event at most; the event ends when the camera is back, also when the server was
 * restarted meanwhile.
 */

import { STALLED_SOURCE } from '../wire/browser-values.ts';
import type { EventView } from '../wire/event.ts';

/** Where events are written, which waits for nothing and says itself what went wrong; main connects it. */
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

/** A reboot or an update takes some 10 s. */
const PATIENCE_MS = 30_000;

/** Not connected, or connected without new pictures. */
export type AwayReason = 'offline' | 'stalled';

interface Away {
  reason: AwayReason;
  sinceMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Once it was told. */
  eventId: string | undefined;
}

export interface ConnectionWatchOptions {
  events: ConnectionLog;
  patienceMs?: number;
  nowMs?: () => number;
}

export class ConnectionWatch {
  readonly #events: ConnectionLog;
  readonly #patienceMs: number;
  readonly #nowMs: () => number;
  readonly #away = new Map<string, Away>();

  /** Who was away when the server ended is taken to be so until it is back. */
  constructor({ events, patienceMs = PATIENCE_MS, nowMs = Date.now }: ConnectionWatchOptions) {
    this.#events = events;
    this.#patienceMs = patienceMs;
    this.#nowMs = nowMs;
    for (const { cameraId, id, startedAtMs } of events.away())
      this.#away.set(cameraId, { reason: 'offline', sinceMs: startedAtMs, timer: undefined, eventId: id });
  }

  /** It is not there: it went or stalled, or it is expected at the server's start. Idempotent; what comes last is the reason. */
  onOffline(cameraId: string, reason: AwayReason = 'offline'): void {
    const known = this.#away.get(cameraId);
    if (known) {
      known.reason = reason;
      return;
    }
    const away: Away = { reason, sinceMs: this.#nowMs(), timer: undefined, eventId: undefined };
    away.timer = setTimeout(() => this.#tell(cameraId, away), this.#patienceMs);
    this.#away.set(cameraId, away);
  }

  onOnline(cameraId: string): void {
    const away = this.#away.get(cameraId);
    this.forget(cameraId);
    if (away?.eventId !== undefined) this.#events.end(away.eventId, this.#nowMs());
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
    const { reason, sinceMs: startedAtMs } = away;
    const sourceName = reason === 'stalled' ? STALLED_SOURCE : '';
    const event = { cameraId, source: 'connection', sourceName, kind: 'offline', startedAtMs } as const;
    away.eventId = this.#events.start(event).id;
  }
}
