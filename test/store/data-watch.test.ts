import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { DataWatch } from '../../server/store/data-watch.ts';
import { openStores } from '../../server/stores.ts';
import type { HealthProblem } from '../../server/wire/health.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NEVER_MS = 2 ** 31 - 1;

async function watched(context: TestContext) {
  const folder = temporaryFolder(context);
  const store = openStores(folder, createLog('silent'));
  context.after(() => store.close());
  for (let n = 0; n < 300; n++) await store.cameras.add(`Camera ${n}`, 'v1', n);
  const told: (readonly HealthProblem[])[] = [];
  let hasRecordings = true;
  const watch = new DataWatch({
    path: store.path,
    look: (whole) => store.databaseFile.look(whole),
    hasRecordings: () => Promise.resolve(hasRecordings),
    onChange: (problems) => {
      told.push(problems);
      store.refuseWrites(problems);
    },
    log: createLog('silent'),
    lookIntervalMs: NEVER_MS,
    checkIntervalMs: NEVER_MS,
  });
  context.after(() => watch.close());
  store.watchErrors((error) => watch.onError(error));
  await watch.look();
  await watch.look(true);
  assert.deepEqual(told, [], 'all is well');
  const setRecordings = (are: boolean): void => void (hasRecordings = are);
  return { folder, store, watch, told, setRecordings };
}

const isRefused = { code: 'unavailable', message: /database is lost or damaged.*--restore/ };

test('a removed database is noticed, what would be lost is refused, sign-ins go on; put back, all is well', async (context) => {
  const { store, watch, told } = await watched(context);
  const user = { username: 'ada', passwordHash: 'x', role: 'viewer', cameras: [] } as const;
  const { id } = await store.users.add(user, 0);
  renameSync(store.path, `${store.path}.away`);
  await watch.look();
  assert.deepEqual(told, [['databaseMissing']]);
  await assert.rejects(store.cameras.add('Lost', 'v1', 0), isRefused);
  await store.sessions.create(id, 'x', 0);
  renameSync(`${store.path}.away`, store.path);
  await watch.look();
  assert.deepEqual(told, [['databaseMissing'], []]);
  await store.cameras.add('Kept', 'v1', 0);
});

test('another file in its place is noticed', async (context) => {
  const { store, watch, told } = await watched(context);
  copyFileSync(store.path, `${store.path}.copy`);
  renameSync(`${store.path}.copy`, store.path);
  await watch.look();
  assert.deepEqual(told, [['databaseReplaced']]);
  await assert.rejects(store.cameras.add('Lost', 'v1', 0), isRefused);
});

test('a database that was cut short is noticed, and stays damaged', async (context) => {
  const { store, watch, told } = await watched(context);
  await store.databaseFile.look(true);
  truncateSync(store.path, 8192);
  await watch.look();
  await watch.look();
  assert.deepEqual(told, [['databaseDamaged']]);
});

test('a database that was overwritten is noticed', async (context) => {
  const { store, watch, told } = await watched(context);
  writeFileSync(store.path, Buffer.alloc(1_000_000, 0xa5), { flag: 'r+' });
  await watch.look();
  assert.deepEqual(told, [['databaseDamaged']]);
});

test('damage that somebody meets in use is an alarm at once', async (context) => {
  const { watch, told } = await watched(context);
  watch.onError(Object.assign(new Error('database disk image is malformed'), { errcode: 11 }));
  watch.onError(new Error('something else'));
  await watch.look();
  assert.deepEqual(told, [['databaseDamaged']]);
});

test('recordings that are gone are an alarm, and no reason to refuse what can be stored', async (context) => {
  const { store, watch, told, setRecordings } = await watched(context);
  setRecordings(false);
  await watch.look();
  await store.cameras.add('Kept', 'v1', 0);
  setRecordings(true);
  await watch.look();
  assert.deepEqual(told, [['recordingsMissing'], []]);
});

test('the whole folder removed is both', async (context) => {
  const { folder, watch, told, setRecordings } = await watched(context);
  rmSync(join(folder), { recursive: true });
  setRecordings(false);
  await watch.look();
  assert.deepEqual(told, [['databaseMissing', 'recordingsMissing']]);
});
