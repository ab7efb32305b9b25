/**
 * Turns reports of the motion sensors wired to cameras into events.
 *
 * A PIR releases after a few seconds and detects the same visitor again: reports within that time are one event.
 * Invariants: at most one event per camera continues; it ends at the latest with the camera's connection.
 */

/** Destination of the events, which never waits and logs its own errors; main connects it. */
export interface SensorLog {
  start(event: { cameraId: string; source: 'camera'; kind: 'motion'; startedAtMs: number }): { id: string };
  end(id: string, endedAtMs: number): void;
}

export interface CameraSensorOptions {
  events: SensorLog;
  quietMs?: number;
  nowMs?: () => number;
}

const QUIET_MS = 8_000;

interface Sensed {
  eventId: string;
  /** When the sensor released; undefined while it is active. */
  sinceMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class CameraSensor {
  readonly #events: SensorLog;
  readonly #quietMs: number;
  readonly #nowMs: () => number;
  readonly #sensed = new Map<string, Sensed>();

  constructor({ events, quietMs = QUIET_MS, nowMs = Date.now }: CameraSensorOptions) {
    this.#events = events;
    this.#quietMs = quietMs;
    this.#nowMs = nowMs;
  }

  /** @param active state of the sensor */
  onMotion(cameraId: string, active: boolean): void {
    const sensed = this.#sensed.get(cameraId);
    if (active && !sensed) return this.#begin(cameraId);
    if (!sensed || active === (sensed.sinceMs === undefined)) return;
    clearTimeout(sensed.timer);
    sensed.sinceMs = active ? undefined : this.#nowMs();
    sensed.timer = active ? undefined : setTimeout(() => this.end(cameraId), this.#quietMs);
  }

  /** Ends the camera's event: its connection was lost, or it was removed. Idempotent. */
  end(cameraId: string): void {
    const sensed = this.#sensed.get(cameraId);
    if (!sensed) return;
    clearTimeout(sensed.timer);
    this.#sensed.delete(cameraId);
    this.#events.end(sensed.eventId, sensed.sinceMs ?? this.#nowMs());
  }

  /** Idempotent. */
  close(): void {
    for (const cameraId of this.#sensed.keys()) this.end(cameraId);
  }

  #begin(cameraId: string): void {
    const startedAtMs = this.#nowMs();
    const { id: eventId } = this.#events.start({ cameraId, source: 'camera', kind: 'motion', startedAtMs });
    this.#sensed.set(cameraId, { eventId, sinceMs: undefined, timer: undefined });
  }
}
