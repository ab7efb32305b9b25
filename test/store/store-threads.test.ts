import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { VigieError } from '../../server/errors.ts';
import type { NewEvent } from '../../server/events/event-store.ts';
import { openStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { DatabaseLock } from '../support/database-lock.ts';
import { until } from '../support/until.ts';

interface Line {
  msg: string;
  lost?: number;
}

async function house(context: TestContext, flushMs?: number) {
  const folder = temporaryFolder(context);
  const lines: Line[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Line) });
  const store = openStores(folder, log, flushMs === undefined ? {} : { flushMs });
  context.after(() => store.close());
  // The next thread to start; the first write starts the writing thread.
  const started = Promise.withResolvers<Worker>();
  process.once('worker', started.resolve);
  const { id: cameraId } = await store.cameras.add('Door', 'v1', 1);
  const event = (n: number): NewEvent => ({
    id: `evt_${n}`,
    cameraId,
    source: 'motion',
    sourceName: '',
    kind: 'motion',
    startedAtMs: n,
    endedAtMs: n,
    zones: [],
    score: null,
  });
  const stored = async () => (await store.events.list([cameraId], { limit: 1000 })).rows.map(({ id }) => id);
  return { folder, lines, store, cameraId, event, stored, writer: await started.promise };
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'unavailable';

suite('the threads of the store', () => {
  test('a committed write is visible on every connection at once', async (context) => {
    const { store, cameraId, event, stored } = await house(context);
    for (let n = 0; n < 50; n++) {
      await store.cameras.rename(cameraId, `Name ${n}`);
      assert.equal(store.cameras.find(cameraId)?.name, `Name ${n}`);
      await store.events.add(event(n), n);
      assert.equal((await stored())[0], `evt_${n}`);
    }
  });

  test('a failing write does not affect the others of its batch', async (context) => {
    const { store, event, stored } = await house(context);
    const told = await Promise.allSettled([
      store.events.add(event(1), 1),
      store.events.add({ ...event(2), cameraId: 'cam_none' }, 2),
      store.users.remove('user_none'),
      store.events.add(event(3), 3),
    ]);
    assert.deepEqual(
      told.map((each) => (each.status === 'rejected' ? (each.reason as VigieError).code : each.status)),
      ['fulfilled', 'conflict', 'notFound', 'fulfilled'],
    );
    assert.deepEqual(await stored(), ['evt_3', 'evt_1']);
  });

  test('a locked database delays writers, not readers', async (context) => {
    const { store, folder } = await house(context);
    await using lock = await DatabaseLock.hold(folder);
    let isWritten = false;
    const rename = store.cameras.rename('cam_none', 'Yard').then(() => (isWritten = true));
    for (let turn = 0; turn < 100; turn++) {
      assert.equal(store.cameras.list().length, 1);
      await new Promise(setImmediate);
    }
    assert.equal(isWritten, false);
    await lock.release();
    await rename;
  });

  test('while another process locks the database, reads continue and no event is lost', async (context) => {
    const { folder, store, event, stored } = await house(context);
    await using lock = await DatabaseLock.hold(folder);
    const added = Array.from({ length: 300 }, (_, n) => store.events.add(event(n), n));
    await until('the writer has met the lock twice', async () => {
      assert.deepEqual(await stored(), []);
      return store.figures.writes.locked >= 2;
    });
    assert.equal(store.figures.writes.length, 300);
    await lock.release();
    await Promise.all(added);
    assert.deepEqual(await stored(), added.map((_, n) => `evt_${n}`).toReversed());
  });

  test('a writing thread that dies is replaced, and its events are stored once', async (context) => {
    const { folder, lines, store, event, stored, writer } = await house(context);
    const lock = await DatabaseLock.hold(folder);
    const added = Array.from({ length: 300 }, (_, n) => store.events.add(event(n), n));
    // In the middle of a batch, whose outcome is then unknown.
    await writer.terminate();
    await lock.release();
    await Promise.all(added);
    assert.deepEqual(new Set(await stored()), new Set(added.map((_, n) => `evt_${n}`)));
    assert.equal((await stored()).length, 300);
    const { restarts, lost } = store.figures.writes;
    assert.deepEqual([restarts, lost], [1, 0]);
    assert.match(lines.map(({ msg }) => msg).join('\n'), /thread died/);
  });

  test('the caller of an action is told that it may not have been written when the writing thread dies', async (context) => {
    const { folder, store, cameraId, writer } = await house(context);
    const lock = await DatabaseLock.hold(folder);
    const rename = store.cameras.rename(cameraId, 'Yard');
    await writer.terminate();
    await assert.rejects(rename, isUnavailable);
    await lock.release();
    await store.cameras.rename(cameraId, 'Garden');
    assert.equal(store.cameras.find(cameraId)?.name, 'Garden');
  });

  test('a reading thread that dies fails one read', async (context) => {
    const { store, stored } = await house(context);
    const started = Promise.withResolvers<Worker>();
    process.once('worker', started.resolve);
    await stored();
    const reader = await started.promise;
    const asked = stored();
    await reader.terminate();
    await asked.catch((error: unknown) => assert.ok(isUnavailable(error)));
    assert.deepEqual(await stored(), []);
    assert.equal(store.figures.reads.restarts, 1);
  });

  test('at shutdown waiting writes are written; those a locked database refuses are counted and logged', async (context) => {
    const { folder, lines, store, event } = await house(context, 100);
    const orderly = store.events.add(event(1), 1);
    await orderly;
    await using lock = await DatabaseLock.hold(folder);
    const late = [store.events.add(event(2), 2), store.events.add(event(3), 3)];
    const told = Promise.allSettled(late);
    await store.close();
    assert.deepEqual(
      (await told).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.deepEqual(
      lines.flatMap(({ lost }) => lost ?? []),
      [2],
    );
    await lock.release();
  });
});
