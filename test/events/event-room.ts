/** The events stage over a real database, with two cameras and a clock that the test sets. */

import type { TestContext } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { EventLog } from '../../server/events/event-log.ts';
import { Sensors } from '../../server/events/sensors.ts';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';
import type { CameraStore } from '../../server/cameras/camera-store.ts';
import type { EventLimits } from '../../server/events/event-store.ts';
import type { EventView } from '../../server/wire/event.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openInProcessStore } from '../support/in-process-store.ts';

export interface EventRoom {
  log: EventLog;
  sensors: Sensors;
  cameras: CameraStore;
  /** Events emitted to listeners, in order. */
  told: EventView[];
  door: string;
  yard: string;
  waits: (ms: number) => void;
  /** Resolves when all writes are stored and emitted. */
  settled: () => Promise<void>;
  /** The state that a server finds which starts with the same database. */
  restarted: () => EventLog;
}

export async function eventRoom(context: TestContext, limits?: Partial<EventLimits>): Promise<EventRoom> {
  const store = openInProcessStore(temporaryFolder(context), limits);
  context.after(() => store.close());
  const { cameras, events, sensors } = store;
  let nowMs = 1_800_000_000_000;
  const log = new EventLog(events, createLog('silent'));
  const told: EventView[] = [];
  log.on('event', (event) => told.push(event));
  const [door, yard] = await Promise.all([cameras.add('Door', 'v1', 1), cameras.add('Yard', 'v1', 2)]);
  return {
    log,
    sensors: new Sensors(
      sensors,
      log,
      unmappedTime(() => nowMs * 1000),
    ),
    cameras,
    told,
    door: door.id,
    yard: yard.id,
    waits: (ms) => (nowMs += ms),
    settled: () => store.settled(),
    restarted: () => new EventLog(events, createLog('silent')),
  };
}

export function withCode(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof VigieError && error.code === expected;
}
