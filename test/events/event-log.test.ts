import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EventStart } from '../../server/events/event-log.ts';
import type { EventQuery } from '../../server/store/event-store.ts';
import type { EventView } from '../../server/wire/event.ts';
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
    assert.deepEqual(log.list([door], { limit: 10 }), [started]);
    assert.deepEqual([started.startedAtMs, started.endedAtMs, started.sourceName], [1000, null, '']);
    log.update(started.id, { zones: ['Drive', 'Gate'], score: 0.25 });
    log.end(started.id, 5000.6);
    const grown = { ...started, zones: ['Drive', 'Gate'], score: 0.25 };
    assert.deepEqual(told, [started, grown, { ...grown, endedAtMs: 5001 }]);
    assert.deepEqual(log.list([door], { limit: 10 }), told.slice(-1));
  });

  test('what is over stays as it is, and nothing is told of what is gone', async (context) => {
    const { log, told, cameras, door } = await eventRoom(context);
    const { id } = log.start(motion(door));
    log.end(id, 2000);
    log.end(id, 9000);
    log.update(id, { zones: ['Late'], score: 1 });
    assert.equal(told.length, 2);
    assert.deepEqual(log.list([door], { limit: 10 }), told.slice(-1));
    const open = log.start(motion(door));
    cameras.remove(door);
    log.update(open.id, { zones: [], score: 1 });
    log.end(open.id, 3000);
    assert.deepEqual(told.slice(2), [open]);
    assert.deepEqual(log.list([door], { limit: 10 }), []);
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
    assert.deepEqual(restarted().list([door], { limit: 10 }), [{ ...open, endedAtMs: 5000 }]);
  });

  test('pages of the list join without a gap, also within one millisecond', async (context) => {
    const { log, door, yard } = await eventRoom(context);
    const added = Array.from({ length: 7 }, () => [log.note(motion(door)), log.note(motion(yard))][0]?.id);
    const listed: string[] = [];
    for (let before: string | undefined; ;) {
      const page = log.list([door], { limit: 3, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      listed.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    }
    assert.deepEqual(listed, added.toReversed());
    assert.deepEqual(log.list([door], { limit: 3, before: 'evt_gone' }), []);
  });

  test('of each camera the newest are kept, and a busy one costs a quiet one nothing', async (context) => {
    const { log, door, yard } = await eventRoom(context, { events: 5 });
    const quiet = log.note(motion(yard));
    const open = log.start(motion(door));
    const added = Array.from({ length: 12 }, () => log.note(motion(door)).id);
    assert.deepEqual(
      log.list([door], { limit: 100 }).map(({ id }) => id),
      [...added.slice(-5).toReversed(), open.id],
      'and what goes on, so that its end can be told',
    );
    assert.deepEqual(log.list([yard], { limit: 100 }), [quiet]);
  });

  test('a camera that was away when the server ended is away when it starts', async (context) => {
    const { log, door, restarted } = await eventRoom(context);
    const away = log.start({ cameraId: door, kind: 'offline', source: 'connection', startedAtMs: 5000 });
    assert.deepEqual(restarted().away(), [away]);
    restarted().end(away.id, 9000);
    assert.deepEqual(restarted().away(), []);
  });

  test('of a time, what touches it is listed, from either end', async (context) => {
    const { log, door } = await eventRoom(context);
    const lasting = log.start(motion(door, 1000));
    const open = log.start(motion(door, 2000));
    log.end(lasting.id, 4000);
    const late = log.note(motion(door, 9000));
    const told = log.note(motion(door, 3000));
    const ids = (query: Partial<EventQuery>) => log.list([door], { limit: 10, ...query }).map(({ id }) => id);
    assert.deepEqual(ids({ fromMs: 3000, toMs: 3000 }), [told.id, open.id, lasting.id]);
    assert.deepEqual(ids({ fromMs: 4001 }), [late.id, open.id], 'what goes on has no end yet');
    assert.deepEqual(ids({ toMs: 1999 }), [lasting.id]);
    assert.deepEqual(ids({ oldestFirst: true, limit: 3 }), [lasting.id, open.id, told.id]);
    assert.deepEqual(ids({ fromMs: 2500, oldestFirst: true, limit: 2 }), [lasting.id, open.id]);
  });

  test('an event gets one picture, also after it has ended, and its listeners hear of it', async (context) => {
    const { log, cameras, door, yard } = await eventRoom(context);
    const illustrated: EventView[] = [];
    log.on('thumbnail', (event) => illustrated.push(event));
    const event = log.note(motion(door));
    assert.equal(log.thumbnail(door, event.id), undefined);
    log.illustrate(event, Uint8Array.of(1));
    log.illustrate(event, Uint8Array.of(2));
    assert.deepEqual(illustrated[0], { ...event, thumbnail: true });
    assert.deepEqual(log.list([door], { limit: 1 }), [{ ...event, thumbnail: true }]);
    assert.deepEqual(log.thumbnail(door, event.id), Uint8Array.of(1));
    assert.equal(log.thumbnail(yard, event.id), undefined, 'of another camera');
    cameras.remove(door);
    log.illustrate(event, Uint8Array.of(3));
    assert.equal(log.thumbnail(door, event.id), undefined);
    assert.ok(illustrated.every(({ thumbnail }) => thumbnail));
  });

  test('of each camera the newest pictures are kept', async (context) => {
    const { log, door, yard } = await eventRoom(context, { thumbnails: 3 });
    const quiet = log.note(motion(yard));
    log.illustrate(quiet, Uint8Array.of(0));
    for (let n = 1; n <= 7; n++) log.illustrate(log.note(motion(door)), Uint8Array.of(n));
    const kept = log.list([door], { limit: 10 }).map(({ id }) => log.thumbnail(door, id)?.[0]);
    assert.deepEqual(kept, [7, 6, 5, undefined, undefined, undefined, undefined]);
    assert.deepEqual(log.thumbnail(yard, quiet.id), Uint8Array.of(0));
  });
});
