import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { CameraEvents } from '../../server/events/camera-events.ts';
import { VigieError } from '../../server/errors.ts';
import { openDatabase } from '../../server/store/database.ts';
import { CameraStore } from '../../server/store/camera-store.ts';
import { EventStore } from '../../server/store/event-store.ts';
import type { EventView } from '../../server/wire/event.ts';
import { temporaryFolder } from '../api/support/api-server.ts';

interface House {
  events: CameraEvents;
  cameras: CameraStore;
  told: EventView[];
  door: string;
  yard: string;
  waits: (ms: number) => void;
}

async function house(context: TestContext, maxEvents?: number): Promise<House> {
  const database = openDatabase(await temporaryFolder(context));
  context.after(() => database.close());
  const cameras = new CameraStore(database);
  let nowMs = 1_800_000_000_000;
  const events = new CameraEvents(new EventStore(database, maxEvents), () => nowMs);
  const told: EventView[] = [];
  events.on('event', (event) => told.push(event));
  const [door, yard] = [cameras.add('Door', 'v1', 1).id, cameras.add('Yard', 'v1', 2).id];
  return { events, cameras, told, door, yard, waits: (ms) => (nowMs += ms) };
}

const code = (expected: string) => (error: unknown) => error instanceof VigieError && error.code === expected;

suite('camera events', () => {
  test('what a sensor raises is stored, told, and listed newest first', async (context) => {
    const { events, told, door, yard, waits } = await house(context);
    const { token, id } = events.addSensor(door, 'Porch');
    const first = events.raise(door, token, { kind: 'motion' });
    waits(3_000);
    const second = events.raise(door, token, { kind: 'motion', source: 'Left' });
    assert.deepEqual(told, [first, second]);
    assert.deepEqual(events.list(door, 10), [second, first]);
    assert.deepEqual(events.list(yard, 10), []);
    assert.deepEqual([first.sourceName, second.sourceName, first.source], ['Porch', 'Left', 'sensor']);
    assert.deepEqual(
      events.sensorsOf(door).map((sensor) => [sensor.id, sensor.lastEventAt]),
      [[id, second.startedAtMs]],
    );
  });

  test('pages of the list join without a gap, also within one millisecond', async (context) => {
    const { events, door } = await house(context);
    const { token } = events.addSensor(door, 'Porch');
    const raised = Array.from({ length: 7 }, () => events.raise(door, token, { kind: 'motion' }).id);
    const listed: string[] = [];
    for (let before: string | undefined; ;) {
      const page = events.list(door, 3, before);
      if (page.length === 0) break;
      listed.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    }
    assert.deepEqual(listed, raised.toReversed());
    assert.deepEqual(events.list(door, 3, 'evt_gone'), []);
  });

  test('only the newest are kept, of all cameras together', async (context) => {
    const { events, door, yard } = await house(context, 5);
    const tokens = [events.addSensor(door, 'a'), events.addSensor(yard, 'b')];
    const raised: string[] = [];
    for (let i = 0; i < 16; i++) {
      const [cameraId, sensor] = i % 2 === 0 ? [door, tokens[0]] : [yard, tokens[1]];
      raised.push(events.raise(cameraId, sensor?.token ?? '', { kind: 'motion' }).id);
    }
    const kept = [...events.list(door, 100), ...events.list(yard, 100)].map(({ id }) => id);
    assert.deepEqual(kept.toSorted(), raised.slice(-5).toSorted());
  });

  test('a token is good for its camera, until it is revoked', async (context) => {
    const { events, door, yard, told } = await house(context);
    const { token, id } = events.addSensor(door, 'Porch');
    for (const [cameraId, attempt] of [
      [yard, token],
      ['cam_nobody', token],
      [door, token.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))],
      [door, ''],
    ] as const)
      assert.throws(() => events.raise(cameraId, attempt, { kind: 'motion' }), code('unauthorized'));
    assert.throws(() => events.removeSensor(yard, id), code('notFound'));
    events.removeSensor(door, id);
    assert.throws(() => events.raise(door, token, { kind: 'motion' }), code('unauthorized'));
    assert.deepEqual(told, []);
  });

  test('a sensor that goes wild is slowed, and no other', async (context) => {
    const { events, door, told, waits } = await house(context);
    const [wild, calm] = [events.addSensor(door, 'Wild'), events.addSensor(door, 'Calm')];
    for (let i = 0; i < 10; i++) events.raise(door, wild.token, { kind: 'motion' });
    assert.throws(() => events.raise(door, wild.token, { kind: 'motion' }), code('tooManyRequests'));
    events.raise(door, calm.token, { kind: 'motion' });
    waits(2_000);
    events.raise(door, wild.token, { kind: 'motion' });
    assert.equal(told.length, 12);
  });

  test('a camera takes its sensors and events along', async (context) => {
    const { events, cameras, door } = await house(context);
    const { token } = events.addSensor(door, 'Porch');
    events.raise(door, token, { kind: 'motion' });
    cameras.remove(door);
    assert.deepEqual(events.list(door, 10), []);
    assert.throws(() => events.raise(door, token, { kind: 'motion' }), code('unauthorized'));
  });

  test('a camera has 16 sensors at most', async (context) => {
    const { events, door } = await house(context);
    for (let i = 0; i < 16; i++) events.addSensor(door, `${i}`);
    assert.throws(() => events.addSensor(door, 'one more'), code('conflict'));
  });
});
