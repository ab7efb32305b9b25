/** The events room over a real database, with two cameras and a clock that is told how long it waits. */

import type { TestContext } from 'node:test';
import { EventLog } from '../../server/events/event-log.ts';
import { Sensors } from '../../server/events/sensors.ts';
import { VigieError } from '../../server/errors.ts';
import { CameraStore } from '../../server/store/camera-store.ts';
import { openDatabase } from '../../server/store/database.ts';
import { EventStore, type EventLimits } from '../../server/store/event-store.ts';
import { SensorStore } from '../../server/store/sensor-store.ts';
import type { EventView } from '../../server/wire/event.ts';
import { temporaryFolder } from '../api/support/api-server.ts';

export interface EventRoom {
  log: EventLog;
  sensors: Sensors;
  cameras: CameraStore;
  /** What listeners were told, in order. */
  told: EventView[];
  door: string;
  yard: string;
  waits: (ms: number) => void;
  /** What a server finds that starts over the same database. */
  restarted: () => EventLog;
}

export async function eventRoom(context: TestContext, limits?: Partial<EventLimits>): Promise<EventRoom> {
  const database = openDatabase(await temporaryFolder(context));
  context.after(() => database.close());
  const cameras = new CameraStore(database);
  let nowMs = 1_800_000_000_000;
  const log = new EventLog(new EventStore(database, limits));
  const told: EventView[] = [];
  log.on('event', (event) => told.push(event));
  return {
    log,
    sensors: new Sensors(new SensorStore(database), log, () => nowMs),
    cameras,
    told,
    door: cameras.add('Door', 'v1', 1).id,
    yard: cameras.add('Yard', 'v1', 2).id,
    waits: (ms) => (nowMs += ms),
    restarted: () => new EventLog(new EventStore(database, limits)),
  };
}

export function withCode(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof VigieError && error.code === expected;
}
