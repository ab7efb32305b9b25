import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { Store } from '../../server/store/store.ts';

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-store-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function openStore(context: TestContext, dataDir = temporaryFolder(context)): Store {
  const store = Store.open(dataDir);
  context.after(() => store.close());
  return store;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const viewer = (username: string, cameraIds: string[] = []) =>
  ({ username, passwordHash: '$argon2id$…', role: 'viewer', cameraIds }) as const;
const isCode = (code: string) => (error: unknown) => error instanceof VigieError && error.code === code;

test('what was stored is there after a restart: cameras with their keys, users with their rights, secrets', (context) => {
  const dataDir = temporaryFolder(context);
  const before = Store.open(dataDir);
  const camera = before.cameras.add('Door', 'v1', 1000);
  before.cameras.setLastFrameAt(camera.id, 2000.7);
  before.cameras.changeSettings(camera.id, { frameSize: 'VGA', flash: 3 });
  before.cameras.changeSettings(camera.id, { flash: 0 });
  const user = before.users.add(viewer('Ada', [camera.id]), 3000);
  const { session } = before.sessions.create(user.id, 4000);
  const [key, secret] = [before.cameras.keyOf(camera.id), before.secrets.get('token')];
  before.close();

  const after = openStore(context, dataDir);
  assert.deepEqual(after.cameras.list(), [{ ...camera, lastFrameAt: 2001 }]);
  assert.deepEqual(after.cameras.keyOf(camera.id), key);
  assert.deepEqual(after.cameras.settingsOf(camera.id), { frameSize: 'VGA', flash: 0 });
  assert.deepEqual(after.users.find(user.id), user);
  assert.deepEqual(after.users.cameraIdsOf(user.id), [camera.id]);
  assert.deepEqual(after.sessions.find(session.id), session);
  assert.deepEqual(after.secrets.get('token'), secret);
});

test('the folder is private, and so are the database and what SQLite keeps beside it', (context) => {
  const dataDir = join(temporaryFolder(context), 'made', 'by-vigie');
  openStore(context, dataDir).cameras.add('Door', 'v1', 0);
  assert.equal(modeOf(dataDir), '700');
  for (const name of ['vigie.db', 'vigie.db-wal', 'vigie.db-shm'])
    assert.equal(modeOf(join(dataDir, name)), '600', name);
});

test('a database that others could read is made private', (context) => {
  const dataDir = temporaryFolder(context);
  Store.open(dataDir).close();
  const path = join(dataDir, 'vigie.db');
  rmSync(path);
  writeFileSync(path, '', { mode: 0o644 });
  openStore(context, dataDir);
  assert.equal(modeOf(path), '600');
});

test('a folder that cannot be written to is one clear line', (context) => {
  const file = join(temporaryFolder(context), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => Store.open(join(file, 'data')),
    (error) =>
      isCode('configuration')(error) &&
      /cannot be written to \(ENOTDIR\).*VIGIE_DATA_DIR$/.test(String(error)),
  );
});

test('a file that is no database is one clear line, and is left as it is', (context) => {
  const dataDir = temporaryFolder(context);
  const path = join(dataDir, 'vigie.db');
  writeFileSync(path, 'not a database, but somebody may need it'.repeat(100));
  const { size } = statSync(path);
  assert.throws(
    () => Store.open(dataDir),
    (error) => isCode('configuration')(error) && /vigie\.db: file is not a database;/.test(String(error)),
  );
  assert.equal(statSync(path).size, size);
});

test('a database of a newer Vigie is not touched', (context) => {
  const dataDir = temporaryFolder(context);
  Store.open(dataDir).close();
  const database = new DatabaseSync(join(dataDir, 'vigie.db'));
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  assert.throws(
    () => Store.open(dataDir),
    (error) => isCode('configuration')(error) && /newer Vigie/.test(String(error)),
  );
});

test('ids are unique, and made of what is easily copied', (context) => {
  const { cameras } = openStore(context);
  const ids = Array.from({ length: 200 }, () => cameras.add('Same name', 'v1', 0).id);
  assert.equal(new Set(ids).size, 200);
  for (const id of ids) assert.match(id, /^cam_[2-9a-kmnp-z]{12}$/);
});

test('a camera made under an id of its own is made once', (context) => {
  const { cameras } = openStore(context);
  const first = cameras.ensure('cam_demo', 'Demo', 'demo', 1);
  const key = cameras.keyOf('cam_demo');
  assert.deepEqual(cameras.ensure('cam_demo', 'Other name', 'demo', 2), first);
  assert.deepEqual(cameras.keyOf('cam_demo'), key);
});

test('keys are 32 bytes, change when rotated, and cameras with the older firmware have none', (context) => {
  const { cameras } = openStore(context);
  const { id } = cameras.add('Door', 'v1', 0);
  const before = cameras.keyOf(id);
  const rotated = cameras.rotateKey(id);
  assert.equal(before?.length, 32);
  assert.equal(rotated?.length, 32);
  assert.notDeepEqual(rotated, before);
  assert.deepEqual(Buffer.from(cameras.keyOf(id) ?? []), rotated);
  assert.equal(cameras.keyOf(cameras.add('Old', 'seed', 0).id), undefined);
  assert.equal(cameras.keyOf('cam_nobody'), undefined);
  assert.equal(cameras.rotateKey('cam_nobody'), undefined);
});

test('a viewer may watch what was given, an administrator all there is, and nobody what there is not', (context) => {
  const { cameras, users } = openStore(context);
  const [door, yard] = [cameras.add('Door', 'v1', 1), cameras.add('Yard', 'v1', 2)];
  const ada = users.add(viewer('Ada', [yard.id]), 0);
  const root = users.add({ ...viewer('root'), role: 'administrator' }, 0);
  assert.deepEqual(cameras.listOf(ada.id), [yard]);
  assert.deepEqual(cameras.listOf(root.id), [door, yard]);
  assert.deepEqual(cameras.listOf('user_nobody'), []);
  const table: [user: string, camera: string, may: boolean][] = [
    [ada.id, yard.id, true],
    [ada.id, door.id, false],
    [root.id, door.id, true],
    [root.id, 'cam_nobody', false],
    ['user_nobody', door.id, false],
  ];
  for (const [user, camera, may] of table)
    assert.equal(users.mayWatch(user, camera), may, `${user} ${camera}`);
});

test('with a camera go the rights to it, with a user their rights and sessions', (context) => {
  const { cameras, users, sessions } = openStore(context);
  const camera = cameras.add('Door', 'v1', 0);
  const ada = users.add(viewer('Ada', [camera.id]), 0);
  const { session } = sessions.create(ada.id, 0);
  assert.equal(cameras.remove(camera.id), true);
  assert.equal(cameras.remove(camera.id), false);
  assert.deepEqual(users.cameraIdsOf(ada.id), []);
  users.remove(ada.id);
  assert.equal(sessions.find(session.id), undefined);
});

test('two users cannot have one name, whatever its case', (context) => {
  const { users } = openStore(context);
  users.add(viewer('Ada'), 0);
  assert.throws(() => users.add(viewer('aDA'), 0), isCode('conflict'));
  assert.equal(users.findByName('ADA')?.username, 'Ada');
});

test('a change that names an unknown camera changes nothing at all', (context) => {
  const { cameras, users } = openStore(context);
  const camera = cameras.add('Door', 'v1', 0);
  const ada = users.add(viewer('Ada', [camera.id]), 0);
  const change = { passwordHash: 'other', role: 'administrator', cameraIds: ['cam_nobody'] } as const;
  assert.throws(() => users.change(ada.id, change), isCode('badRequest'));
  assert.deepEqual(users.find(ada.id), ada);
  assert.deepEqual(users.cameraIdsOf(ada.id), [camera.id]);
  assert.throws(() => users.add(viewer('Bob', ['cam_nobody']), 0), isCode('badRequest'));
  assert.equal(users.findByName('Bob'), undefined);
});

test('a user has at most 50 sessions; the one unused for longest gives way', (context) => {
  const { users, sessions } = openStore(context);
  const ada = users.add(viewer('Ada'), 0);
  const ids = Array.from({ length: 50 }, (_, index) => sessions.create(ada.id, index).session.id);
  sessions.rotate(ids[0] ?? '', 1000);
  assert.deepEqual(sessions.create(ada.id, 1001).removedIds, [ids[1]]);
  assert.equal(sessions.find(ids[0] ?? '')?.generation, 1);
  assert.equal(sessions.find(ids[1] ?? ''), undefined);
});

test('text that looks like SQL is text', (context) => {
  const { cameras, users } = openStore(context);
  const name = `'; DROP TABLE cameras; --`;
  const { id } = cameras.add(name, 'v1', 0);
  users.add(viewer(name, [id]), 0);
  assert.equal(cameras.find(id)?.name, name);
  assert.deepEqual(users.findByName(name) && cameras.list().length, 1);
});
