import assert from 'node:assert/strict';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { openStores, type OpenStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { rightsTo } from '../support/rights.ts';

function openStore(context: TestContext, dataDir = temporaryFolder(context)): OpenStores {
  const store = openStores(dataDir, createLog('silent'));
  context.after(() => store.close());
  return store;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const HASH = '$argon2id$…';
const viewer = (username: string, cameraIds: string[] = []) =>
  ({ username, passwordHash: HASH, role: 'viewer', cameras: rightsTo(cameraIds) }) as const;
const isCode = (code: string) => (error: unknown) => error instanceof VigieError && error.code === code;

test('cameras with keys, users with rights, and secrets survive a restart', async (context) => {
  const dataDir = temporaryFolder(context);
  const before = openStores(dataDir, createLog('silent'));
  const camera = await before.cameras.add('Door', 'v1', 1000);
  await before.cameras.setLastFrameAt(camera.id, 2000.7);
  await before.cameras.changeSettings(camera.id, { frameSize: 'VGA', flash: 3 });
  await before.cameras.changeSettings(camera.id, { flash: 0 });
  const user = await before.users.add(viewer('Ada', [camera.id]), 3000);
  const { session } = await before.sessions.create(user.id, HASH, 4000);
  const [key, secret] = [before.cameras.keyOf(camera.id), before.secrets.get('push')];
  await before.close();

  const after = openStore(context, dataDir);
  assert.deepEqual(after.cameras.list(), [{ ...camera, lastFrameAtMs: 2001 }]);
  assert.deepEqual(after.cameras.keyOf(camera.id), key);
  assert.deepEqual(after.cameras.settingsOf(camera.id), { frameSize: 'VGA', flash: 0 });
  assert.deepEqual(after.users.find(user.id), user);
  assert.deepEqual(after.users.granted(user.id), rightsTo([camera.id]));
  assert.deepEqual(after.sessions.find(session.id), session);
  assert.deepEqual(after.secrets.get('push'), secret);
});

test("the folder, the database and SQLite's files beside it are private", async (context) => {
  const dataDir = join(temporaryFolder(context), 'made', 'by-vigie');
  await openStore(context, dataDir).cameras.add('Door', 'v1', 0);
  assert.equal(modeOf(dataDir), '700');
  for (const name of ['vigie.db', 'vigie.db-wal', 'vigie.db-shm'])
    assert.equal(modeOf(join(dataDir, name)), '600', name);
});

test('a database readable by others is made private', async (context) => {
  const dataDir = temporaryFolder(context);
  await openStores(dataDir, createLog('silent')).close();
  const path = join(dataDir, 'vigie.db');
  rmSync(path);
  writeFileSync(path, '', { mode: 0o644 });
  openStore(context, dataDir);
  assert.equal(modeOf(path), '600');
});

test('an unwritable folder is reported in one line', async (context) => {
  const file = join(temporaryFolder(context), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => openStores(join(file, 'data'), createLog('silent')),
    (error) =>
      isCode('configuration')(error) &&
      /cannot be written to \(ENOTDIR\).*VIGIE_DATA_DIR$/.test(String(error)),
  );
});

test('a file that is not a database is reported in one line, and left unchanged', async (context) => {
  const dataDir = temporaryFolder(context);
  const path = join(dataDir, 'vigie.db');
  writeFileSync(path, 'not a database, but somebody may need it'.repeat(100));
  const { size } = statSync(path);
  assert.throws(
    () => openStores(dataDir, createLog('silent')),
    (error) => isCode('configuration')(error) && /vigie\.db: file is not a database;/.test(String(error)),
  );
  assert.equal(statSync(path).size, size);
});

test('a database of a newer Vigie is left unchanged', async (context) => {
  const dataDir = temporaryFolder(context);
  await openStores(dataDir, createLog('silent')).close();
  const database = new DatabaseSync(join(dataDir, 'vigie.db'));
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  assert.throws(
    () => openStores(dataDir, createLog('silent')),
    (error) => isCode('configuration')(error) && /newer Vigie/.test(String(error)),
  );
});

test('ids are unique, and easy to copy', async (context) => {
  const { cameras } = openStore(context);
  const added = Array.from({ length: 200 }, () => cameras.add('Same name', 'v1', 0));
  const ids = (await Promise.all(added)).map(({ id }) => id);
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^cam_[2-9a-kmnp-z]{12}$/);
});

test('a camera with a fixed id is created once', async (context) => {
  const { cameras } = openStore(context);
  const first = await cameras.ensure('cam_demo', 'Demo', 'demo', 1);
  const key = cameras.keyOf('cam_demo');
  assert.deepEqual(await cameras.ensure('cam_demo', 'Other name', 'demo', 2), first);
  assert.deepEqual(cameras.keyOf('cam_demo'), key);
});

test('keys are 32 bytes, change when rotated, and cameras with the older firmware have none', async (context) => {
  const { cameras } = openStore(context);
  const { id } = await cameras.add('Door', 'v1', 0);
  const before = cameras.keyOf(id);
  const rotated = await cameras.rotateKey(id);
  assert.equal(before?.length, 32);
  assert.equal(rotated?.length, 32);
  assert.notDeepEqual(rotated, before);
  assert.deepEqual(cameras.keyOf(id), rotated);
  assert.equal(cameras.keyOf((await cameras.add('Old', 'seed', 0)).id), undefined);
  assert.equal(cameras.keyOf('cam_nobody'), undefined);
  assert.equal(await cameras.rotateKey('cam_nobody'), undefined);
});

test('a viewer may watch the granted cameras, an administrator all, and no user a missing one', async (context) => {
  const { cameras, users } = openStore(context);
  const [door, yard] = [await cameras.add('Door', 'v1', 1), await cameras.add('Yard', 'v1', 2)];
  const ada = await users.add(viewer('Ada', [yard.id]), 0);
  const root = await users.add({ ...viewer('root'), role: 'administrator' }, 0);
  assert.deepEqual(cameras.listOf(ada.id, 'events'), [yard]);
  assert.deepEqual(cameras.listOf(root.id, 'events'), [door, yard]);
  assert.deepEqual(cameras.listOf('user_nobody', 'events'), []);
  const table: [user: string, camera: string, may: boolean][] = [
    [ada.id, yard.id, true],
    [ada.id, door.id, false],
    [root.id, door.id, true],
    [root.id, 'cam_nobody', false],
    ['user_nobody', door.id, false],
  ];
  for (const [user, camera, may] of table)
    assert.equal(users.may(user, 'live', camera), may, `${user} ${camera}`);
});

test('removing a camera removes its rights, removing a user their rights and sessions', async (context) => {
  const { cameras, users, sessions } = openStore(context);
  const camera = await cameras.add('Door', 'v1', 0);
  const ada = await users.add(viewer('Ada', [camera.id]), 0);
  const { session } = await sessions.create(ada.id, HASH, 0);
  assert.equal(await cameras.remove(camera.id, 0), true);
  assert.equal(await cameras.remove(camera.id, 0), false);
  assert.deepEqual(users.granted(ada.id), []);
  await users.remove(ada.id);
  assert.equal(sessions.find(session.id), undefined);
});

test('user names are unique without regard to case', async (context) => {
  const { users } = openStore(context);
  await users.add(viewer('Ada'), 0);
  await assert.rejects(users.add(viewer('aDA'), 0), isCode('conflict'));
  assert.equal(users.findByName('ADA')?.username, 'Ada');
});

test('a change that names an unknown camera changes nothing', async (context) => {
  const { cameras, users } = openStore(context);
  const camera = await cameras.add('Door', 'v1', 0);
  const ada = await users.add(viewer('Ada', [camera.id]), 0);
  const change = { passwordHash: 'other', role: 'administrator', cameras: rightsTo(['cam_nobody']) } as const;
  await assert.rejects(users.change(ada.id, change), isCode('unprocessable'));
  assert.deepEqual(users.find(ada.id), ada);
  assert.deepEqual(users.granted(ada.id), rightsTo([camera.id]));
  await assert.rejects(users.add(viewer('Bob', ['cam_nobody']), 0), isCode('unprocessable'));
  assert.equal(users.findByName('Bob'), undefined);
});

test('a user has at most 50 sessions; a new one replaces the one unused for longest', async (context) => {
  const { users, sessions } = openStore(context);
  const ada = await users.add(viewer('Ada'), 0);
  const made = Array.from({ length: 50 }, (_, index) => sessions.create(ada.id, HASH, index));
  const ids = (await Promise.all(made)).map(({ session }) => session.id);
  await sessions.rotate(ids[0] ?? '', 0, 1000);
  assert.deepEqual((await sessions.create(ada.id, HASH, 1001)).removedIds, [ids[1]]);
  assert.equal(sessions.find(ids[0] ?? '')?.generation, 1);
  assert.equal(sessions.find(ids[1] ?? ''), undefined);
});

test('text that looks like SQL is stored as text', async (context) => {
  const { cameras, users } = openStore(context);
  const name = `'; DROP TABLE cameras; --`;
  const { id } = await cameras.add(name, 'v1', 0);
  await users.add(viewer(name, [id]), 0);
  assert.equal(cameras.find(id)?.name, name);
  assert.deepEqual(users.findByName(name) && cameras.list().length, 1);
});
