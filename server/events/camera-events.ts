/**
 * What happens at the cameras: kept, bounded, and told to whoever listens. Sensors beside the cameras come in here.
 *
 * Invariants: an event is told after it is stored; of a sensor's token only the SHA-256 is kept, which is enough for 256
 * random bits; a sensor that goes wild is slowed and harms no other.
 */

import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { TokenBucket } from '../core/token-bucket.ts';
import { VigieError } from '../errors.ts';
import type { EventStore, StoredSensor } from '../store/event-store.ts';
import type { EventView, SensorEvent, SensorView, SensorWithToken } from '../wire/event.ts';

const MAX_SENSORS_PER_CAMERA = 16;
const TOKEN_BYTES = 32;
/** A movement sensor that is left on says so every few seconds. */
const EVENTS_PER_SECOND = 0.5;
const EVENT_BURST = 10;

export class CameraEvents extends EventEmitter<{ event: [EventView] }> {
  readonly #store: EventStore;
  readonly #nowMs: () => number;
  /** By sensor; no more than there are. */
  readonly #budgets = new Map<string, TokenBucket>();

  constructor(store: EventStore, nowMs: () => number = Date.now) {
    super();
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** The newest first. @param before an event's id: only older ones */
  list(cameraId: string, limit: number, before?: string): EventView[] {
    return this.#store.list(cameraId, limit, before);
  }

  sensorsOf(cameraId: string): SensorView[] {
    return this.#store.sensorsOf(cameraId).map(toView);
  }

  /** The token is in this answer and nowhere else. @throws VigieError `conflict` when there are too many */
  addSensor(cameraId: string, name: string): SensorWithToken {
    if (this.#store.sensorsOf(cameraId).length >= MAX_SENSORS_PER_CAMERA)
      throw new VigieError(
        'conflict',
        `a camera has at most ${MAX_SENSORS_PER_CAMERA} sensors; remove one first`,
      );
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    return { ...toView(this.#store.addSensor(cameraId, name, hashOf(token), this.#nowMs())), token };
  }

  /** Its token is worth nothing from now on. @throws VigieError `notFound` */
  removeSensor(cameraId: string, sensorId: string): void {
    if (!this.#store.removeSensor(cameraId, sensorId))
      throw new VigieError('notFound', 'this camera has no such sensor');
    this.#budgets.delete(sensorId);
  }

  /** @throws VigieError `unauthorized` when the token is no sensor's of this camera, `tooManyRequests` */
  raise(cameraId: string, token: string, { kind, source }: SensorEvent): EventView {
    const sensor = this.#store.sensorOf(hashOf(token));
    // The same answer, whether the token, the camera or both are nobody's.
    if (!sensor || sensor.cameraId !== cameraId)
      throw new VigieError('unauthorized', 'this is no token of a sensor of this camera');
    const nowMs = this.#nowMs();
    if (!this.#budgetOf(sensor, nowMs).take(nowMs * 1000))
      throw new VigieError('tooManyRequests', 'this sensor says too much: at most one event in 2 s', {
        retryAfterSeconds: 1 / EVENTS_PER_SECOND,
      });
    this.#store.sensorSaid(sensor.id, nowMs);
    const sourceName = source ?? sensor.name;
    return this.#add({ cameraId, source: 'sensor', sourceName, kind, startedAtMs: nowMs, endedAtMs: null });
  }

  #add(event: Omit<EventView, 'id'>): EventView {
    const stored = this.#store.add(event);
    this.emit('event', stored);
    return stored;
  }

  #budgetOf({ id }: StoredSensor, nowMs: number): TokenBucket {
    const budget = this.#budgets.get(id) ?? new TokenBucket(EVENTS_PER_SECOND, EVENT_BURST, nowMs * 1000);
    this.#budgets.set(id, budget);
    return budget;
  }
}

function toView({ id, name, createdAt, lastEventAt }: StoredSensor): SensorView {
  return { id, name, createdAt, lastEventAt };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
