import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../client/http/api-error.ts';
import { Exports } from '../../../client/recordings/exports.ts';
import type { ExportView } from '../../../server/wire/recording-export.ts';

const RANGE = { cameraId: 'door', fromMs: 0, toMs: 60_000 };

function item(id: string, state: ExportView['state']): ExportView {
  const isReady = state === 'ready' || state === 'sending';
  const [progress, bytes, expiresInMs] = [Number(isReady), isReady ? 1000 : null, isReady ? 600_000 : null];
  return {
    ...RANGE,
    id,
    state,
    progress,
    bytes,
    expiresInMs,
    problem: state === 'failed' ? 'no room' : null,
  };
}

function setUp() {
  const server = {
    items: [] as ExportView[],
    refusal: undefined as ApiError | undefined,
    isDown: false,
    asked: 0,
    isFetched: true,
  };
  const saved: string[] = [];
  const exports = new Exports(
    {
      list: () => (server.isDown ? Promise.reject(new Error('no answer')) : Promise.resolve(server.items)),
      create: () => {
        if (server.refusal) return Promise.reject(server.refusal);
        const made = item(`export_${++server.asked}`, 'preparing');
        server.items = [...server.items, made];
        return Promise.resolve(made);
      },
      look: (gone) =>
        server.isFetched
          ? Promise.resolve({ ...gone, state: 'fetched' })
          : Promise.reject(new ApiError('notFound', 'there is no such download', 404)),
      remove: ({ id }) => {
        server.items = server.items.filter((each) => each.id !== id);
        return server.refusal ? Promise.reject(server.refusal) : Promise.resolve();
      },
    },
    ({ id }) => saved.push(id),
  );
  return { server, saved, exports };
}

test('a requested export is saved once, when it is ready, and done when it is gone', async () => {
  const { server, saved, exports } = setUp();
  await exports.start(RANGE);
  assert.deepEqual([exports.items[0]?.state, exports.nextLookMs, saved], ['preparing', 1_000, []]);
  server.items = [item('export_1', 'ready')];
  await exports.load();
  await exports.load();
  assert.deepEqual(saved, ['export_1']);
  assert.deepEqual([exports.fetched, exports.nextLookMs], [0, 1_000], 'it may still break off');
  server.items = [];
  await exports.load();
  assert.deepEqual([exports.fetched, exports.nextLookMs], [1, undefined]);
});

test('one that is gone without having been fetched is not called saved', async () => {
  const { server, saved, exports } = setUp();
  await exports.start(RANGE);
  server.items = [item('export_1', 'ready')];
  await exports.load();
  assert.deepEqual(saved, ['export_1']);
  // Its download broke off, and ten minutes passed.
  server.isFetched = false;
  server.items = [];
  await exports.load();
  assert.equal(exports.fetched, 0);
  assert.match(exports.error ?? '', /did not finish/);
  await exports.start(RANGE);
  assert.equal(exports.error, null);
});

test('one that lacks a part waits for its button, so that what it lacks can be read', async () => {
  const { server, saved, exports } = setUp();
  await exports.start(RANGE);
  const partial = { ...item('export_1', 'ready'), problem: 'a part is missing' };
  server.items = [partial];
  await exports.load();
  assert.deepEqual(saved, []);
  exports.save(partial);
  assert.deepEqual(saved, ['export_1']);
});

test('an export of another page waits for its button', async () => {
  const { server, saved, exports } = setUp();
  server.items = [item('export_other', 'ready')];
  await exports.load();
  assert.deepEqual([saved, exports.nextLookMs], [[], 10_000]);
  exports.save(item('export_other', 'ready'));
  assert.deepEqual(saved, ['export_other']);
});

test('a refusal is shown as it was said, until the next action', async () => {
  const { server, exports } = setUp();
  server.refusal = new ApiError('tooManyRequests', 'you have 2 downloads already', 429);
  await exports.start(RANGE);
  assert.equal(exports.error, 'You have 2 downloads already');
  server.refusal = undefined;
  await exports.start(RANGE);
  assert.equal(exports.error, null);
});

test('one that was removed is not said to be saved, also when it was gone already', async () => {
  const { server, saved, exports } = setUp();
  await exports.start(RANGE);
  server.refusal = new ApiError('notFound', 'it is gone', 404);
  await exports.remove(item('export_1', 'preparing'));
  assert.deepEqual([exports.items, exports.error, exports.fetched, saved], [[], null, 0, []]);
});

test('while the server does not answer, what was known stays', async () => {
  const { server, exports } = setUp();
  await exports.start(RANGE);
  const known = exports.items;
  server.isDown = true;
  await exports.load();
  assert.deepEqual(exports.items, known);
});
