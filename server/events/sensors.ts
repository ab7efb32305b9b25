/**
 * Sensors beside the cameras. Each has the right to report at one camera and no other right.
 *
 * Invariants: only the SHA-256 of a token is kept, which is enough for 256 random bits; the look-up is by hash, so its
 * duration reveals nothing about a token; a faulty sensor is slowed down and affects no other.
 */

import { createHash, randomBytes } from 'node:crypto';
import { TokenBucket } from '../core/token-bucket.ts';
import { unmappedTime, type SiteTime } from '../core/site-clock.ts';
import { VigieError } from '../errors.ts';
import type { SensorStore, StoredSensor } from './sensor-store.ts';
import type { EventView, SensorEvent, SensorView, SensorWithToken } from '../wire/event.ts';
import type { EventLog } from './event-log.ts';

const TOKEN_BYTES = 32;
/** An active motion sensor reports every few seconds. */
const EVENTS_PER_SECOND = 0.5;
const EVENT_BURST = 10;

export class Sensors {
  readonly #store: SensorStore;
  readonly #log: EventLog;
  readonly #time: SiteTime;
  readonly #isOff: (cameraId: string) => boolean;
  /** By sensor. */
  readonly #budgets = new Map<string, TokenBucket>();

  /** @param isOff whether a camera is switched off for privacy; left out: none is */
  constructor(
    store: SensorStore,
    log: EventLog,
    time: SiteTime = unmappedTime(),
    isOff: (cameraId: string) => boolean = () => false,
  ) {
    this.#isOff = isOff;
    this.#store = store;
    this.#log = log;
    this.#time = time;
  }

  list(cameraId: string): SensorView[] {
    return this.#store.list(cameraId).map(toView);
  }

  /** Only this answer contains the token. @throws VigieError `conflict` when there are too many */
  async add(cameraId: string, name: string): Promise<SensorWithToken> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    return { ...toView(await this.#store.add(cameraId, name, hashOf(token), this.#time.nowMs())), token };
  }

  /** Its token becomes invalid. @throws VigieError `notFound` */
  async remove(cameraId: string, sensorId: string): Promise<void> {
    if (!(await this.#store.remove(cameraId, sensorId)))
      throw new VigieError('notFound', 'this camera has no such sensor');
    this.#budgets.delete(sensorId);
  }

  /** @throws VigieError `unauthorized`, the same for an unknown token, an unknown camera or both */
  identify(cameraId: string, token: string): StoredSensor {
    const sensor = this.#store.ofToken(hashOf(token));
    if (!sensor || sensor.cameraId !== cameraId)
      throw new VigieError('unauthorized', 'this is not a token of a sensor of this camera');
    return sensor;
  }

  /** @returns once it is stored. @throws VigieError `tooManyRequests`, `cameraOff`, and like `EventLog.note` */
  async report({ id, cameraId, name }: StoredSensor, { kind, source }: SensorEvent): Promise<EventView> {
    if (this.#isOff(cameraId))
      throw new VigieError('cameraOff', 'this camera is switched off, so reports of its sensors are refused');
    const nowUs = this.#time.nowUs();
    if (!this.#budgetOf(id, nowUs).take(nowUs))
      throw new VigieError('tooManyRequests', 'this sensor reports too often: at most one event in 2 s', {
        retryAfterSeconds: 1 / EVENTS_PER_SECOND,
      });
    // Irrelevant for the event; the next report repeats it.
    const startedAtMs = this.#time.nowMs();
    this.#store.said(id, startedAtMs).catch(() => undefined);
    return this.#log.note({
      cameraId,
      kind,
      source: 'sensor',
      sourceName: source ?? name,
      startedAtMs,
    });
  }

  /** Entries of removed cameras are left behind; they are few. */
  #budgetOf(sensorId: string, nowUs: number): TokenBucket {
    const budget = this.#budgets.get(sensorId) ?? new TokenBucket(EVENTS_PER_SECOND, EVENT_BURST, nowUs);
    this.#budgets.set(sensorId, budget);
    return budget;
  }
}

function toView({ id, name, createdAtMs, lastEventAtMs }: StoredSensor): SensorView {
  return { id, name, createdAtMs, lastEventAtMs };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
