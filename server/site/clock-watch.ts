/**
 * Keeps the site's clock: checks the wall clock once a second and notifies features with stored dates when it was set, or when
 * the machine slept. A listener that throws does not affect the others.
 */

import { uptime } from 'node:os';
import { serverClock, wallMs } from '../core/clock.ts';
import { IsolatingEmitter } from '../core/fan-out.ts';
import { SiteClock, type ClockChange, type ClockReading, type SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';

const LOOK_MS = 1_000;
/** Readings no farther apart count as the same moment. */
const AT_ONCE_US = 50_000;
const MAX_TRIES = 5;

export class ClockWatch extends IsolatingEmitter<{ changed: [ClockChange] }> implements SiteTime {
  readonly #clock: SiteClock;
  readonly #read: () => ClockReading;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;

  constructor(log: Log, read: () => ClockReading = readClocks) {
    super((error) => log.error({ err: error }, 'failed to follow a change of the clock'));
    this.#log = log;
    this.#read = read;
    this.#clock = new SiteClock(read());
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  dateMs(serverUs: number): number {
    return this.#clock.dateMs(serverUs);
  }

  serverUs(dateMs: number): number {
    return this.#clock.serverUs(dateMs);
  }

  nowUs(): number {
    return serverClock();
  }

  nowMs(): number {
    return Math.floor(this.dateMs(this.nowUs()));
  }

  look(): void {
    const change = this.#clock.look(this.#read());
    if (!change) return;
    const { kind, byMs } = change;
    this.#log.warn(
      { byMs },
      kind === 'slept' ? 'sleep of the machine noticed' : 'change of the clock noticed',
    );
    this.emit('changed', change);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }
}

/** A process delayed between two readings would mistake that for a step. */
function readClocks(): ClockReading {
  for (let tries = 1; ; tries++) {
    const reading = { serverUs: serverClock(), wallMs: wallMs(), uptimeMs: uptime() * 1000 };
    if (serverClock() - reading.serverUs < AT_ONCE_US || tries === MAX_TRIES) return reading;
  }
}
