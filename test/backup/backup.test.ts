import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { recordCommand } from '../../server/audit/record-command.ts';
import { writeBackup } from '../../server/backup/backup-file.ts';
import { restoreBackup, type RestoreOptions } from '../../server/backup/restore-backup.ts';
import { createLog } from '../../server/log.ts';
import { DataLock } from '../../server/store/data-lock.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { openStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ADA = { username: 'Ada', passwordHash: 'x', role: 'administrator', cameras: [] } as const;
const PASSWORD = 'a password for the backup';
const ANOTHER_PASSWORD = { askPassword: () => Promise.resolve('another password') };

/** A data folder in use: a user, a session, a camera, a certificate. */
async function inUse(context: TestContext) {
  const dataDir = temporaryFolder(context);
  const store = openStores(dataDir, createLog('silent'));
  context.after(() => store.close());
  const user = await store.users.add(ADA, 0);
  const { session } = await store.sessions.create(user.id, 'x', 0);
  const key = {
    id: 'key_a',
    kind: 'apiKey',
    userId: user.id,
    name: 'Hall',
    hash: new Uint8Array(32),
  } as const;
  const grant = { everyCamera: ['live'], cameras: [], powers: [] } as const;
  await store.credentials.add({ ...key, grant, createdAtMs: 0, expiresAtMs: null }, session.id);
  const camera = await store.cameras.add('Door', 'v1', 0);
  mkdirSync(join(dataDir, 'tls'));
  for (const name of ['ca.key', 'ca.crt', 'notes.txt']) writeFileSync(join(dataDir, 'tls', name), name);
  return { dataDir, store, camera, file: join(temporaryFolder(context), 'vigie.backup') };
}

function restore(dataDir: string, file: string, options: Partial<RestoreOptions> = {}) {
  return restoreBackup({
    dataDir,
    file,
    askPassword: () => Promise.resolve(undefined),
    confirm: () => Promise.resolve(true),
    ...options,
  });
}

function count(path: string, table: string): unknown {
  const database = new DatabaseSync(path);
  try {
    return database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'];
  } finally {
    database.close();
  }
}

test('a backup of a database in use restores all of it elsewhere: cameras with keys, users, secrets, certificates', async (context) => {
  const { dataDir, store, camera, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: undefined });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const target = join(temporaryFolder(context), 'data');
  const { cameras, users, replaced } = await restore(target, file);
  assert.deepEqual([cameras, users, replaced], [1, 1, undefined]);
  assert.deepEqual(readdirSync(join(target, 'tls')).toSorted(), ['ca.crt', 'ca.key']);
  assert.equal(statSync(join(target, 'tls', 'ca.key')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(target).toSorted(), ['tls', 'vigie.db', 'vigie.lock']);
  const restored = openStores(target, createLog('silent'));
  context.after(() => restored.close());
  assert.deepEqual(restored.cameras.keyOf(camera.id), store.cameras.keyOf(camera.id));
  assert.deepEqual(restored.secrets.get('push'), store.secrets.get('push'));
  assert.equal(restored.users.findByName('ada')?.passwordHash, 'x');
});

test('earlier sessions and API keys have ended, and the former files are moved aside', async (context) => {
  const { dataDir, store, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: undefined });
  await store.cameras.add('Later', 'v1', 1);
  await store.close();
  const { replaced = '' } = await restore(dataDir, file);
  assert.deepEqual(
    [count(join(dataDir, 'vigie.db'), 'cameras'), count(join(replaced, 'vigie.db'), 'cameras')],
    [1, 2],
  );
  assert.equal(count(join(dataDir, 'vigie.db'), 'sessions'), 0);
  assert.equal(count(join(dataDir, 'vigie.db'), 'credentials'), 0);
  assert.equal(count(join(replaced, 'vigie.db'), 'credentials'), 1);
  assert.ok(existsSync(join(replaced, 'tls', 'notes.txt')));
});

test('with a password nothing of it can be read, and neither another password nor a changed byte opens it', async (context) => {
  const { dataDir, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: PASSWORD });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const bytes = readFileSync(file);
  assert.equal(bytes.includes('SQLite format 3'), false);
  assert.equal(bytes.includes('Door'), false);
  const target = temporaryFolder(context);
  await assert.rejects(restore(target, file), { message: /VIGIE_BACKUP_PASSWORD/ });
  await assert.rejects(restore(target, file, ANOTHER_PASSWORD), {
    message: /password is wrong, or the file is damaged/,
  });
  const right = { askPassword: () => Promise.resolve(PASSWORD) };
  const changed = `${file}.changed`;
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(1000) ^ 1, 1000);
  writeFileSync(changed, copy);
  await assert.rejects(restore(target, changed, right), { message: /or the file is damaged/ });
  writeFileSync(changed, bytes);
  truncateSync(changed, 30);
  await assert.rejects(restore(target, changed, right), { message: /damaged/ });
  assert.deepEqual(readdirSync(target), ['vigie.lock'], 'nothing of it is left');
  assert.equal((await restore(target, file, right)).cameras, 1);
});

test('a backup of an older version is brought to the schema of this one before it takes the place of anything', async (context) => {
  const { dataDir, file } = await inUse(context);
  const older = new DatabaseSync(file);
  const schema = MIGRATIONS.length - 3;
  older.exec(`${MIGRATIONS.slice(0, schema).join(';')}; PRAGMA user_version = ${schema}`);
  older.exec(
    "INSERT INTO users (id, username, password_hash, role, created_at) VALUES ('u', 'Ada', 'x', 'viewer', 0)",
  );
  older.close();
  await restore(dataDir, file);
  assert.equal(recordCommand(dataDir, 'backupRestored', {}), undefined);
  assert.equal(count(join(dataDir, 'vigie.db'), 'audit_entries'), 1);

  // A failure to write the audit log undoes nothing; the person at the terminal is told.
  const broken = temporaryFolder(context);
  writeFileSync(join(broken, 'vigie.db'), 'no database'.repeat(100));
  assert.match(String(recordCommand(broken, 'backupRestored', {})), /not a database/);

  // Its schema version is false.
  const wrong = new DatabaseSync(file);
  wrong.exec('PRAGMA user_version = 1');
  wrong.close();
  const before = readdirSync(dataDir);
  await assert.rejects(restore(dataDir, file), { code: 'configuration', message: /cannot be brought to/ });
  assert.deepEqual(readdirSync(dataDir), before);
});

test('a file that asks for more memory or passes than a server has to spare for its password is refused', async (context) => {
  const { dataDir, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: PASSWORD });
  for (const [memoryKib, passes] of [
    [262_145, 1],
    [64, 9],
  ] as const) {
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(memoryKib, 8);
    bytes.writeUInt8(passes, 12);
    writeFileSync(`${file}.costly`, bytes);
    await assert.rejects(restore(temporaryFolder(context), `${file}.costly`, ANOTHER_PASSWORD), {
      message: /damaged, or was encrypted by a newer Vigie/,
    });
  }
});

test('nothing is changed by a no, by a file that is no backup, beside a server, or by a newer schema', async (context) => {
  const { dataDir, store, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: undefined });
  await store.close();
  const before = readdirSync(dataDir);
  const no = { confirm: () => Promise.resolve(false) };
  await assert.rejects(restore(dataDir, file, no), { message: 'nothing was changed' });
  const other = `${file}.other`;
  writeFileSync(other, 'no backup'.repeat(1000));
  await assert.rejects(restore(dataDir, other), { message: /not a backup of Vigie, or damaged/ });
  const foreign = new DatabaseSync(`${file}.foreign`);
  foreign.exec('CREATE TABLE t (a)');
  foreign.close();
  await assert.rejects(restore(dataDir, `${file}.foreign`), { message: /is not a backup of Vigie/ });
  const newer = new DatabaseSync(file);
  newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  newer.close();
  await assert.rejects(restore(dataDir, file), { message: /newer Vigie.*update Vigie/ });
  const lock = DataLock.take(dataDir);
  await assert.rejects(restore(dataDir, file), { message: /in use by another Vigie/ });
  lock.close();
  assert.deepEqual(new Set(readdirSync(dataDir)), new Set([...before, 'vigie.lock']));
});

test('files of other places that somebody wrote into a backup are not restored', async (context) => {
  const { dataDir, file } = await inUse(context);
  await writeBackup({ dataDir, file, password: undefined });
  const database = new DatabaseSync(file);
  for (const path of ['../evil', 'tls/../../evil', '/tmp/vigie-evil', 'recordings/a.webm', 'tls/evil.sh'])
    database.prepare('INSERT INTO backup_files VALUES (?, ?)').run(path, Buffer.from('evil'));
  database.close();
  const target = join(temporaryFolder(context), 'data');
  await restore(target, file);
  const files = readdirSync(join(target, '..'), { recursive: true }).map(String);
  assert.deepEqual(
    files.filter((path) => path.includes('evil')),
    [],
  );
  assert.equal(existsSync('/tmp/vigie-evil'), false);
});

test('a backup takes the place of no file, and of a folder without database there is none', async (context) => {
  const { dataDir, file } = await inUse(context);
  writeFileSync(file, 'precious');
  await assert.rejects(writeBackup({ dataDir, file, password: undefined }), { message: /already exists/ });
  assert.equal(readFileSync(file, 'utf8'), 'precious');
  const empty = { dataDir: temporaryFolder(context), file: `${file}.2`, password: undefined };
  await assert.rejects(writeBackup(empty), { message: /there is no database/ });
});
