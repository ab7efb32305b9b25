/**
 * What the movement sensors wired to the cameras say, as events.
 *
 * A PIR lets go after a few seconds and sees the same visitor again: what comes back within that time is one event.
 * Invariants: one event a camera at most goes on; it ends with the camera's connection at the latest.
 */

/** Where events are written, which waits for nothing and says itself what went wrong; main connects it. */
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
  /** When it let go; while it sees something, undefined. */
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

  /** @param active whether it sees something now */
  onMotion(cameraId: string, active: boolean): void {
    const sensed = this.#sensed.get(cameraId);
    if (active && !sensed) return this.#begin(cameraId);
    if (!sensed || active === (sensed.sinceMs === undefined)) return;
    clearTimeout(sensed.timer);
    sensed.sinceMs = active ? undefined : this.#nowMs();
    sensed.timer = active ? undefined : setTimeout(() => this.end(cameraId), this.#quietMs);
  }

  /** What goes on at this camera ends: its connection did, or it was removed. Idempotent. */
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
