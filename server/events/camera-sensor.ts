/**
 * Turns reports of the motion sensors wired to cameras into events.
 *
 * A PIR releases after a few seconds and detects the same visitor again: reports within that time are one event. Invariants: at
 * most one event per camera is running; it ends at the latest with the camera's connection.
 */

import { unmappedTime, type SiteTime } from '../core/site-clock.ts';

/** Destination of the events, which never waits and logs its own errors. */
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
  /** When the sensor released, in server time; undefined while it is active. */
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

  /** @param active state of the sensor */
  onMotion(cameraId: string, active: boolean): void {
    const sensed = this.#sensed.get(cameraId);
    if (active && !sensed) return this.#begin(cameraId);
    if (!sensed || active === (sensed.sinceUs === undefined)) return;
    clearTimeout(sensed.timer);
    sensed.sinceUs = active ? undefined : this.#time.nowUs();
    sensed.timer = active ? undefined : setTimeout(() => this.end(cameraId), this.#quietMs);
  }

  /** Ends the camera's event: its connection was lost, or it was removed. Idempotent. */
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
