import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EventView } from '../../server/wire/event.ts';
import { eventRoom, withCode, type EventRoom } from './event-room.ts';

function report(
  { sensors }: EventRoom,
  cameraId: string,
  token: string,
  source?: string,
): Promise<EventView> {
  const sensor = sensors.identify(cameraId, token);
  return sensors.report(sensor, { kind: 'motion', ...(source !== undefined && { source }) });
}

suite('sensors', () => {
  test("a sensor's report is stored, emitted, and listed newest first", async (context) => {
    const room = await eventRoom(context);
    const { log, sensors, told, door, yard, waits } = room;
    const { token, id } = await sensors.add(door, 'Porch');
    const first = await report(room, door, token);
    waits(3_000);
    const second = await report(room, door, token, 'Left');
    assert.deepEqual(told, [first, second]);
    assert.deepEqual((await log.list([door], { limit: 10 })).rows, [second, first]);
    assert.deepEqual((await log.list([yard], { limit: 10 })).rows, []);
    assert.deepEqual([first.sourceName, second.sourceName, first.source], ['Porch', 'Left', 'sensor']);
    assert.equal(first.endedAtMs, first.startedAtMs);
    assert.deepEqual(
      sensors.list(door).map((sensor) => [sensor.id, sensor.lastEventAtMs]),
      [[id, second.startedAtMs]],
    );
  });

  test('a token is valid for its camera, until it is revoked', async (context) => {
    const { sensors, door, yard } = await eventRoom(context);
    const { token, id } = await sensors.add(door, 'Porch');
    assert.equal(sensors.identify(door, token).id, id);
    for (const [cameraId, attempt] of [
      [yard, token],
      ['cam_nobody', token],
      [door, token.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))],
      [door, ''],
    ] as const)
      assert.throws(() => sensors.identify(cameraId, attempt), withCode('unauthorized'));
    await assert.rejects(sensors.remove(yard, id), withCode('notFound'));
    await sensors.remove(door, id);
    assert.throws(() => sensors.identify(door, token), withCode('unauthorized'));
  });

  test('a faulty sensor is slowed down, and no other', async (context) => {
    const room = await eventRoom(context);
    const { sensors, door, told, waits } = room;
    const [wild, calm] = [await sensors.add(door, 'Wild'), await sensors.add(door, 'Calm')];
    for (let i = 0; i < 10; i++) await report(room, door, wild.token);
    await assert.rejects(report(room, door, wild.token), withCode('tooManyRequests'));
    await report(room, door, calm.token);
    waits(2_000);
    await report(room, door, wild.token);
    assert.equal(told.length, 12);
  });

  test('removing a camera removes its sensors', async (context) => {
    const { sensors, cameras, door } = await eventRoom(context);
    const { token } = await sensors.add(door, 'Porch');
    await cameras.remove(door, 0);
    assert.deepEqual(sensors.list(door), []);
    assert.throws(() => sensors.identify(door, token), withCode('unauthorized'));
  });

  test('a camera has at most 16 sensors', async (context) => {
    const { sensors, door } = await eventRoom(context);
    for (let i = 0; i < 16; i++) await sensors.add(door, `${i}`);
    await assert.rejects(sensors.add(door, 'one more'), withCode('conflict'));
  });
});
