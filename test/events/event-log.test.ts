import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EventStart } from '../../server/events/event-log.ts';
import { eventRoom } from './event-room.ts';

const motion = (cameraId: string, startedAtMs = 1000): EventStart => ({
  cameraId,
  kind: 'motion',
  source: 'motion',
  startedAtMs,
});

suite('event log', () => {
  test('an event is told and listed as it starts, as more is known of it, and as it ends', async (context) => {
    const { log, told, door } = await eventRoom(context);
    const started = log.start({ ...motion(door, 1000.4), zones: ['Drive'], score: 0.1 });
    assert.deepEqual(log.list(door, 10), [started]);
    assert.deepEqual([started.startedAtMs, started.endedAtMs, started.sourceName], [1000, null, '']);
    log.update(started.id, { zones: ['Drive', 'Gate'], score: 0.25 });
    log.end(started.id, 5000.6);
    const grown = { ...started, zones: ['Drive', 'Gate'], score: 0.25 };
    assert.deepEqual(told, [started, grown, { ...grown, endedAtMs: 5001 }]);
    assert.deepEqual(log.list(door, 10), told.slice(-1));
  });

  test('what is over stays as it is, and nothing is told of what is gone', async (context) => {
    const { log, told, cameras, door } = await eventRoom(context);
    const { id } = log.start(motion(door));
    log.end(id, 2000);
    log.end(id, 9000);
    log.update(id, { zones: ['Late'], score: 1 });
    assert.equal(told.length, 2);
    assert.deepEqual(log.list(door, 10), told.slice(-1));
    const open = log.start(motion(door));
    cameras.remove(door);
    log.update(open.id, { zones: [], score: 1 });
    log.end(open.id, 3000);
    assert.deepEqual(told.slice(2), [open]);
    assert.deepEqual(log.list(door, 10), []);
    assert.throws(() => log.start(motion(door)), /FOREIGN KEY/);
    assert.equal(told.length, 3);
  });

  test('an event does not end before it started', async (context) => {
    const { log, told, door } = await eventRoom(context);
    log.end(log.start(motion(door, 5000)).id, 4000);
    assert.equal(told.at(-1)?.endedAtMs, 5000);
    assert.equal(log.note(motion(door, 6000)).endedAtMs, 6000);
  });

  test('what went on when the server ended goes on no more when it starts', async (context) => {
    const { log, door, restarted } = await eventRoom(context);
    const open = log.start(motion(door, 5000));
    assert.deepEqual(restarted().list(door, 10), [{ ...open, endedAtMs: 5000 }]);
  });

  test('pages of the list join without a gap, also within one millisecond', async (context) => {
    const { log, door, yard } = await eventRoom(context);
    const added = Array.from({ length: 7 }, () => [log.note(motion(door)), log.note(motion(yard))][0]?.id);
    const listed: string[] = [];
    for (let before: string | undefined; ;) {
      const page = log.list(door, 3, before);
      if (page.length === 0) break;
      listed.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    }
    assert.deepEqual(listed, added.toReversed());
    assert.deepEqual(log.list(door, 3, 'evt_gone'), []);
  });

  test('of each camera the newest are kept, and a busy one costs a quiet one nothing', async (context) => {
    const { log, door, yard } = await eventRoom(context, 5);
    const quiet = log.note(motion(yard));
    const open = log.start(motion(door));
    const added = Array.from({ length: 12 }, () => log.note(motion(door)).id);
    assert.deepEqual(
      log.list(door, 100).map(({ id }) => id),
      [...added.slice(-5).toReversed(), open.id],
      'and what goes on, so that its end can be told',
    );
    assert.deepEqual(log.list(yard, 100), [quiet]);
  });
});
