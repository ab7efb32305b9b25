import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { EventStart } from '../../server/events/event-log.ts';
import type { EventQuery } from '../../server/events/event-store.ts';
import type { EventView } from '../../server/wire/event.ts';
import { eventRoom, withCode } from './event-room.ts';

const motion = (cameraId: string, startedAtMs = 1000): EventStart => ({
  cameraId,
  kind: 'motion',
  source: 'motion',
  startedAtMs,
});

suite('event log', () => {
  test('an event is emitted and listed at its start, at updates and at its end', async (context) => {
    const { log, told, door, settled } = await eventRoom(context);
    const started = log.start({ ...motion(door, 1000.4), zones: ['Drive'], score: 0.1 });
    assert.deepEqual((await log.list([door], { limit: 10 })).rows, [started]);
    assert.deepEqual([started.startedAtMs, started.endedAtMs, started.sourceName], [1000, null, '']);
    log.update(started.id, { zones: ['Drive', 'Gate'], score: 0.25 });
    log.end(started.id, 5000.6);
    await settled();
    const grown = { ...started, zones: ['Drive', 'Gate'], score: 0.25 };
    assert.deepEqual(told, [started, grown, { ...grown, endedAtMs: 5001 }]);
    assert.deepEqual((await log.list([door], { limit: 10 })).rows, told.slice(-1));
  });

  test('an ended event stays unchanged, and nothing is emitted for a removed one', async (context) => {
    const { log, told, cameras, door, settled } = await eventRoom(context);
    const { id } = log.start(motion(door));
    log.end(id, 2000);
    log.end(id, 9000);
    log.update(id, { zones: ['Late'], score: 1 });
    await settled();
    assert.equal(told.length, 2);
    assert.deepEqual((await log.list([door], { limit: 10 })).rows, told.slice(-1));
    const open = log.start(motion(door));
    await cameras.remove(door, 0);
    log.update(open.id, { zones: [], score: 1 });
    log.end(open.id, 3000);
    await settled();
    assert.deepEqual(told.slice(2), [open]);
    assert.deepEqual((await log.list([door], { limit: 10 })).rows, []);
    log.start(motion(door));
    await assert.rejects(log.note(motion(door)), withCode('conflict'));
    assert.equal(told.length, 3);
  });

  test('an event does not end before it started', async (context) => {
    const { log, told, door, settled } = await eventRoom(context);
    log.end(log.start(motion(door, 5000)).id, 4000);
    await settled();
    assert.equal(told.at(-1)?.endedAtMs, 5000);
    assert.equal((await log.note(motion(door, 6000))).endedAtMs, 6000);
  });

  test('recording is told of starts and ends at once, also while they cannot be stored', async (context) => {
    const { log, told, door, settled } = await eventRoom(context);
    const accepted: EventView[] = [];
    log.on('accepted', (event) => accepted.push(event));
    const { id } = log.start(motion(door, 1000));
    log.end(id, 4000);
    log.end(id, 9000);
    assert.deepEqual(
      [accepted.map((event) => [event.id, event.endedAtMs]), told],
      [
        [
          [id, null],
          [id, 4000],
        ],
        [],
      ],
    );
    await settled();
    assert.equal(told.length, 2);
  });

  test('an event that continued when the server stopped has ended at the next start', async (context) => {
    const { log, door, settled, restarted } = await eventRoom(context);
    const open = log.start(motion(door, 5000));
    await settled();
    const after = restarted();
    await settled();
    assert.deepEqual((await after.list([door], { limit: 10 })).rows, [{ ...open, endedAtMs: 5000 }]);
  });

  test('pages of the list join without a gap, also within one millisecond', async (context) => {
    const { log, door, yard } = await eventRoom(context);
    const added: string[] = [];
    for (let n = 0; n < 7; n++) {
      added.push((await log.note(motion(door))).id);
      await log.note(motion(yard));
    }
    const listed: string[] = [];
    for (let before: string | undefined; ;) {
      const page = (await log.list([door], { limit: 3, ...(before !== undefined && { before }) })).rows;
      if (page.length === 0) break;
      listed.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    }
    assert.deepEqual(listed, added.toReversed());
    assert.deepEqual((await log.list([door], { limit: 3, before: 'evt_gone' })).rows, []);
  });

  test('the newest events of each camera are kept, and a busy camera does not affect a quiet one', async (context) => {
    const { log, door, yard } = await eventRoom(context, { events: 5 });
    const quiet = await log.note(motion(yard));
    const open = log.start(motion(door));
    const added: string[] = [];
    for (let n = 0; n < 12; n++) added.push((await log.note(motion(door))).id);
    assert.deepEqual(
      (await log.list([door], { limit: 100 })).rows.map(({ id }) => id),
      [...added.slice(-5).toReversed(), open.id],
      'and the continuing one, so that its end can be stored',
    );
    assert.deepEqual((await log.list([yard], { limit: 100 })).rows, [quiet]);
  });

  test('a camera that was offline when the server stopped is offline at the next start', async (context) => {
    const { log, door, settled, restarted } = await eventRoom(context);
    const away = log.start({ cameraId: door, kind: 'offline', source: 'connection', startedAtMs: 5000 });
    await settled();
    assert.deepEqual(restarted().away(), [away]);
    restarted().end(away.id, 9000);
    await settled();
    assert.deepEqual(restarted().away(), []);
  });

  test('events that overlap a time are listed, from either end', async (context) => {
    const { log, door } = await eventRoom(context);
    const lasting = log.start(motion(door, 1000));
    const open = log.start(motion(door, 2000));
    log.end(lasting.id, 4000);
    const late = await log.note(motion(door, 9000));
    const told = await log.note(motion(door, 3000));
    const ids = async (query: Partial<EventQuery>) =>
      (await log.list([door], { limit: 10, ...query })).rows.map(({ id }) => id);
    assert.deepEqual(await ids({ fromMs: 3000, toMs: 3000 }), [told.id, open.id, lasting.id]);
    assert.deepEqual(await ids({ fromMs: 4001 }), [late.id, open.id], 'a continuing event has no end yet');
    assert.deepEqual(await ids({ toMs: 1999 }), [lasting.id]);
    assert.deepEqual(await ids({ oldestFirst: true, limit: 3 }), [lasting.id, open.id, told.id]);
    assert.deepEqual(await ids({ fromMs: 2500, oldestFirst: true, limit: 2 }), [lasting.id, open.id]);
  });

  test('an event gets one thumbnail, also after its end, and listeners are told', async (context) => {
    const { log, cameras, door, yard, settled } = await eventRoom(context);
    const illustrated: EventView[] = [];
    log.on('thumbnail', (event) => illustrated.push(event));
    const event = await log.note(motion(door));
    assert.equal(await log.thumbnail(door, event.id), undefined);
    log.illustrate(event, Uint8Array.of(1));
    log.illustrate(event, Uint8Array.of(2));
    await settled();
    assert.deepEqual(illustrated[0], { ...event, thumbnail: true, thumbnailVersion: 1 });
    assert.deepEqual((await log.list([door], { limit: 1 })).rows, [
      { ...event, thumbnail: true, thumbnailVersion: 1 },
    ]);
    assert.deepEqual(await log.thumbnail(door, event.id), Uint8Array.of(1));
    assert.equal(await log.thumbnail(yard, event.id), undefined, 'of another camera');
    await cameras.remove(door, 0);
    log.illustrate(event, Uint8Array.of(3));
    await settled();
    assert.equal(await log.thumbnail(door, event.id), undefined);
    assert.ok(illustrated.every(({ thumbnail }) => thumbnail));
  });

  test('the newest thumbnails of each camera are kept', async (context) => {
    const { log, door, yard, settled } = await eventRoom(context, { thumbnails: 3 });
    const quiet = await log.note(motion(yard));
    log.illustrate(quiet, Uint8Array.of(0));
    for (let n = 1; n <= 7; n++) log.illustrate(await log.note(motion(door)), Uint8Array.of(n));
    await settled();
    const kept: (number | undefined)[] = [];
    for (const { id } of (await log.list([door], { limit: 10 })).rows)
      kept.push((await log.thumbnail(door, id))?.[0]);
    assert.deepEqual(kept, [7, 6, 5, undefined, undefined, undefined, undefined]);
    assert.deepEqual(await log.thumbnail(yard, quiet.id), Uint8Array.of(0));
  });
});
