import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { ConnectionWatch } from '../../server/events/connection-watch.ts';
import type { EventLog } from '../../server/events/event-log.ts';
import { eventRoom } from './event-room.ts';

const PATIENCE_MS = 30_000;
const START_MS = 1_800_000_000_000;

async function watched(context: TestContext) {
  const room = await eventRoom(context);
  const { timers } = context.mock;
  timers.enable({ apis: ['setTimeout', 'Date'], now: START_MS });
  const watch = (events: EventLog = room.log) =>
    new ConnectionWatch({ events, patienceMs: PATIENCE_MS, time: unmappedTime(() => Date.now() * 1000) });
  const passes = async (ms: number): Promise<void> => {
    timers.tick(ms);
    await room.settled();
  };
  return { ...room, watch, passes };
}

suite('connection watch', () => {
  test('a camera that stays offline is an event from its departure to its return', async (context) => {
    const { watch, passes, settled, told, door } = await watched(context);
    const connections = watch();
    connections.onOffline(door);
    await passes(PATIENCE_MS - 1);
    assert.equal(told.length, 0);
    await passes(1);
    assert.deepEqual(
      told.map(({ kind, source, startedAtMs, endedAtMs }) => [kind, source, startedAtMs, endedAtMs]),
      [['offline', 'connection', START_MS, null]],
    );
    await passes(60_000);
    connections.onOnline(door);
    connections.onOnline(door);
    await settled();
    assert.equal(told.length, 2);
    assert.equal(told[1]?.endedAtMs, START_MS + PATIENCE_MS + 60_000);
  });

  test('Wi-Fi that drops out for a moment, repeatedly, is no event', async (context) => {
    const { watch, passes, told, door } = await watched(context);
    const connections = watch();
    for (let times = 0; times < 100; times++) {
      connections.onOffline(door);
      await passes(PATIENCE_MS - 1);
      connections.onOnline(door);
      await passes(1);
    }
    assert.deepEqual(told, []);
  });

  test('a camera that stays connected without new pictures is one as well, and is told from one that went', async (context) => {
    const { watch, passes, told, door, yard } = await watched(context);
    const connections = watch();
    connections.onOffline(door, 'stalled');
    connections.onOffline(yard, 'stalled');
    connections.onOffline(yard);
    await passes(PATIENCE_MS);
    assert.deepEqual(
      told.map(({ cameraId, kind, sourceName }) => [cameraId, kind, sourceName]),
      [
        [door, 'offline', 'stalled'],
        [yard, 'offline', ''],
      ],
    );
  });

  test('a restart of the server neither ends nor repeats the event', async (context) => {
    const { watch, passes, settled, told, door, restarted } = await watched(context);
    const before = watch();
    before.onOffline(door);
    await passes(PATIENCE_MS);
    before.close();
    const log = restarted();
    log.on('event', (event) => told.push(event));
    const after = watch(log);
    after.onOffline(door);
    await passes(10 * PATIENCE_MS);
    assert.equal(told.length, 1);
    after.onOnline(door);
    await settled();
    assert.equal(told.length, 2);
    assert.deepEqual([told[1]?.id, told[1]?.endedAtMs], [told[0]?.id, START_MS + 11 * PATIENCE_MS]);
  });

  test('nothing is emitted for a removed camera, nor after the end', async (context) => {
    const { watch, passes, told, cameras, door, yard } = await watched(context);
    const connections = watch();
    connections.onOffline(door);
    connections.forget(door);
    connections.onOffline(yard);
    connections.close();
    await passes(2 * PATIENCE_MS);
    assert.deepEqual(told, []);
    // Removed without notice: the event cannot be stored, is not emitted, and nothing crashes.
    await cameras.remove(door, 0);
    connections.onOffline(door);
    await passes(PATIENCE_MS);
    assert.deepEqual(told, []);
  });
});
