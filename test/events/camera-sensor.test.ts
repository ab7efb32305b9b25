import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { CameraSensor } from '../../server/events/camera-sensor.ts';
import { eventRoom } from './event-room.ts';

const START_MS = 1_800_000_000_000;
const QUIET_MS = 8_000;

async function wired(context: TestContext) {
  const room = await eventRoom(context);
  const { timers } = context.mock;
  timers.enable({ apis: ['setTimeout', 'Date'], now: START_MS });
  const sensor = new CameraSensor({
    events: room.log,
    quietMs: QUIET_MS,
    time: unmappedTime(() => Date.now() * 1000),
  });
  const passes = async (ms: number): Promise<void> => {
    timers.tick(ms);
    await room.settled();
  };
  return { ...room, sensor, passes };
}

suite('a sensor wired to a camera', () => {
  test('reports yield one event for a visitor who is lost and found again, until the last release', async (context) => {
    const { sensor, passes, settled, told, door } = await wired(context);
    sensor.onMotion(door, true);
    sensor.onMotion(door, true);
    await passes(3_000);
    for (let times = 0; times < 5; times++) {
      sensor.onMotion(door, false);
      await passes(QUIET_MS - 1);
      sensor.onMotion(door, true);
      await passes(1);
    }
    sensor.onMotion(door, false);
    sensor.onMotion(door, false);
    assert.equal(told.length, 1);
    await passes(QUIET_MS);
    assert.deepEqual(
      told.map(({ source, kind, startedAtMs, endedAtMs }) => [source, kind, startedAtMs, endedAtMs]),
      [
        ['camera', 'motion', START_MS, null],
        ['camera', 'motion', START_MS, START_MS + 3_000 + 5 * QUIET_MS],
      ],
    );
    sensor.onMotion(door, true);
    await settled();
    assert.equal(told.length, 3, 'the next one is a new event');
  });

  test('its event ends with the connection, and with the server', async (context) => {
    const { sensor, passes, settled, told, door, yard } = await wired(context);
    sensor.onMotion(door, true);
    sensor.onMotion(yard, true);
    await passes(1_000);
    sensor.end(door);
    sensor.end(door);
    await settled();
    assert.deepEqual([told.length, told[2]?.endedAtMs], [3, START_MS + 1_000]);
    await passes(1_000);
    sensor.close();
    sensor.close();
    await settled();
    assert.deepEqual([told.length, told[3]?.endedAtMs], [4, START_MS + 2_000]);
    await passes(2 * QUIET_MS);
    assert.equal(told.length, 4);
  });

  test('reports of an unknown camera, or of a release alone, yield no event', async (context) => {
    const { sensor, passes, told, cameras, door, yard } = await wired(context);
    sensor.onMotion(yard, false);
    await cameras.remove(door, 0);
    sensor.onMotion(door, true);
    sensor.onMotion(door, false);
    await passes(QUIET_MS);
    assert.deepEqual(told, []);
  });
});
