/**
 * What the movement sensors wired to the cameras say, as events.
 *
 * A PIR lets go after a few seconds and sees the same visitor again: what comes back within that time is one event.
 * Invariants: one event a camera at most goes on; it ends with the camera's connection at the latest.
 */

import { unmappedTime, type SiteTime } from '../core/site-clock.ts';

/** Where events are written, which waits for nothing and says itself what went wrong; main connects it. */
export interface SensorLog {
  start(event: { cameraId: string; source: 'camera'; kind: 'motion'; startedAtMs: number }): { id: string };
  end(id: string, endedAtMs: number): void;
}

export interface CameraSensorOptions {
  events: SensorLog;
  quietMs?: number;
  time?: SiteTime;
}

const QUIET_MS = 8_000;

interface Sensed {
  eventId: string;
  /** When it let go, in server time; while it sees something, undefined. */
  sinceUs: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class CameraSensor {
  readonly #events: SensorLog;
  readonly #quietMs: number;
  readonly #time: SiteTime;
  readonly #sensed = new Map<string, Sensed>();

  constructor({ events, quietMs = QUIET_MS, time = unmappedTime() }: CameraSensorOptions) {
    this.#events = events;
    this.#quietMs = quietMs;
    this.#time = time;
  }

  /** @param active whether it sees something now */
  onMotion(cameraId: string, active: boolean): void {
    const sensed = this.#sensed.get(cameraId);
    if (active && !sensed) return this.#begin(cameraId);
    if (!sensed || active === (sensed.sinceUs === undefined)) return;
    clearTimeout(sensed.timer);
    sensed.sinceUs = active ? undefined : this.#time.nowUs();
    sensed.timer = active ? undefined : setTimeout(() => this.end(cameraId), this.#quietMs);
  }

  /** What goes on at this camera ends: its connection did, or it was removed. Idempotent. */
  end(cameraId: string): void {
    const sensed = this.#sensed.get(cameraId);
    if (!sensed) return;
    clearTimeout(sensed.timer);
    this.#sensed.delete(cameraId);
    this.#events.end(sensed.eventId, this.#time.dateMs(sensed.sinceUs ?? this.#time.nowUs()));
  }

  /** Idempotent. */
  close(): void {
    for (const cameraId of this.#sensed.keys()) this.end(cameraId);
  }

  #begin(cameraId: string): void {
    const startedAtMs = this.#time.nowMs();
    const { id: eventId } = this.#events.start({ cameraId, source: 'camera', kind: 'motion', startedAtMs });
    this.#sensed.set(cameraId, { eventId, sinceUs: undefined, timer: undefined });
  }
}
