/** Recordings beside a restored database: they stay in the folder, whatever the backup knows of them. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { writeBackup } from '../../server/backup/backup-file.ts';
import { restoreBackup } from '../../server/backup/restore-backup.ts';
import { loadConfig } from '../../server/config/config.ts';
import { openDataFolder } from '../../server/data-folder.ts';
import { createLog } from '../../server/log.ts';
import { recordingPath } from '../../server/recording/recording-path.ts';
import { FILE_NAME } from '../../server/store/database.ts';
import { openStores, type OpenStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const BEGIN_MS = Date.UTC(2026, 10, 23, 14);
const LOG = createLog('silent');

async function record(store: OpenStores, cameraId: string, minute: number, isProtected: boolean) {
  const startMs = BEGIN_MS + minute * 60_000;
  const segment = {
    id: `rec_${cameraId}_${minute}`,
    cameraId,
    startMs,
    endMs: startMs + 59_000,
    open: false,
  };
  await store.recordings.put({ ...segment, bytes: 1000, width: 640, height: 480, protected: isProtected });
}

/** A backup with a camera and two recordings; since then one of each was added, and the protection changed. */
async function recorded(context: TestContext) {
  const dataDir = temporaryFolder(context);
  const file = join(temporaryFolder(context), 'made.vigie');
  const store = openStores(dataDir, LOG);
  context.after(() => store.close());
  await store.users.add({ username: 'Ada', passwordHash: 'x', role: 'administrator', cameras: [] }, 0);
  const door = (await store.cameras.add('Door', 'v1', 0)).id;
  await record(store, door, 0, false);
  await record(store, door, 1, true);
  await writeBackup({ dataDir, file, password: undefined });
  const later = (await store.cameras.add('Later', 'v1', 0)).id;
  await record(store, door, 0, true);
  await record(store, door, 1, false);
  await record(store, later, 2, true);
  await record(store, later, 3, false);
  await store.close();
  const restore = () =>
    restoreBackup({
      dataDir,
      file,
      askPassword: () => Promise.resolve(undefined),
      confirm: () => Promise.resolve(true),
    });
  return { dataDir, restore, door, later };
}

test('a recording that is protected, in the backup or now, is protected after a restore, and the index knows them all', async (context) => {
  const { dataDir, restore, door, later } = await recorded(context);
  await restore();
  const store = openStores(dataDir, LOG);
  context.after(() => store.close());
  assert.deepEqual(
    store.recordings.all().map((each) => [each.cameraId, (each.startMs - BEGIN_MS) / 60_000, each.protected]),
    [
      [door, 0, true],
      [door, 1, true],
      [later, 2, true],
      [later, 3, false],
    ],
  );
});

test('recordings of a camera that the backup does not have are those of a removed camera of its name', async (context) => {
  const { dataDir, restore } = await recorded(context);
  await restore();
  const store = openStores(dataDir, LOG);
  context.after(() => store.close());
  const ada = store.users.findByName('ada');
  assert.deepEqual(
    store.removedCameras.listOf(ada?.id ?? '').map(({ name }) => name),
    ['Later'],
  );
});

test('a database that is damaged gives way to a backup, whose protection stays', async (context) => {
  const { dataDir, restore, door } = await recorded(context);
  writeFileSync(join(dataDir, FILE_NAME), 'no database'.repeat(1000));
  await restore();
  const store = openStores(dataDir, LOG);
  context.after(() => store.close());
  assert.deepEqual(
    store.recordings.all().map((each) => [each.cameraId, each.protected]),
    [
      [door, false],
      [door, true],
    ],
  );
});

test('at each start recordings of an unknown camera become those of a removed one', async (context) => {
  const dataDir = temporaryFolder(context);
  const store = openStores(dataDir, LOG);
  await store.users.add({ username: 'Ada', passwordHash: 'x', role: 'administrator', cameras: [] }, 0);
  const { id } = await store.cameras.add('Door', 'v1', 0);
  await store.close();
  for (const cameraId of [id, 'cam_lost']) {
    const path = join(dataDir, 'recordings', recordingPath({ cameraId, startMs: BEGIN_MS }));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'pictures');
  }
  const config = loadConfig({ env: { VIGIE_DATA_DIR: dataDir }, cwd: dataDir, args: [] });
  const opened = await openDataFolder(config, LOG);
  context.after(() => opened.close());
  assert.deepEqual(
    [id, 'cam_lost'].map((cameraId) => opened.store.removedCameras.has(cameraId)),
    [false, true],
  );
  assert.equal(opened.store.cameras.find(id)?.name, 'Door');
});
