import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { recordCommand } from '../../server/audit/record-command.ts';
import { Backups } from '../../server/backup/backups.ts';
import { restoreBackup } from '../../server/backup/restore-backup.ts';
import { Restores } from '../../server/backup/restores.ts';
import { createLog } from '../../server/log.ts';
import { writeBackup } from '../../server/backup/backup-file.ts';
import type { UploadedBackup } from '../../server/wire/backup.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { ADMIN_PASSWORD, startApi, type ApiServer } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password for the backup';

test('an administrator downloads a backup that restores, and nothing of it stays on the server', async (context) => {
  const dataDir = temporaryFolder(context);
  const server = await startApi(context, { dataDir });
  await server.store.cameras.add('Door', 'v1', 0);
  const { accessToken } = await ApiClient.signedIn(server);
  const response = await fetch(`${server.url}/api/backup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ password: PASSWORD }),
  });
  assert.equal(response.status, 200);
  assert.match(
    response.headers.get('content-disposition') ?? '',
    /^attachment; filename="vigie-backup-.*\.vigie"$/,
  );
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const file = join(temporaryFolder(context), 'downloaded.vigie');
  writeFileSync(file, await response.bytes());
  const restored = await restoreBackup({
    dataDir: temporaryFolder(context),
    file,
    askPassword: () => Promise.resolve(PASSWORD),
    confirm: () => Promise.resolve(true),
  });
  assert.deepEqual([restored.cameras, restored.users], [1, 1]);
  assert.equal(existsSync(join(dataDir, 'backup')), false);
});

test('one user has one backup at a time and leaves one for another, and there is none without room for it', async (context) => {
  const dataDir = temporaryFolder(context);
  await startApi(context, { dataDir });
  let free = Infinity;
  const backups = new Backups({ dataDir, log: createLog('silent'), freeBytes: () => free });
  {
    using made = await backups.make('anna', undefined);
    assert.equal(backups.writtenBytes, statSync(made.path).size, 'the recorder takes it for free');
    await assert.rejects(backups.make('anna', undefined), {
      code: 'tooManyRequests',
      message: /try again when it is done/,
    });
    using other = await backups.make('ben', undefined);
    assert.notEqual(other.path, made.path);
    await assert.rejects(backups.make('carl', undefined), { code: 'tooManyRequests' });
  }
  free = 1e6;
  assert.equal(backups.writtenBytes, 0);
  assert.equal(existsSync(join(dataDir, 'backup')), false);
  await assert.rejects(backups.make('anna', undefined), { code: 'unavailable', message: /free some space/ });
  free = Infinity;
  (await backups.make('anna', undefined))[Symbol.dispose]();
});

/** A server with one camera, a backup of it, and a second camera added since. */
async function backedUp(context: TestContext, password?: string) {
  const dataDir = temporaryFolder(context);
  const restarts: (() => void)[] = [];
  const server = await startApi(context, {
    dataDir,
    restart: (whenStopped) => void restarts.push(whenStopped),
    onRestored: (by) => void recordCommand(dataDir, 'backupRestored', {}, by),
  });
  await server.store.cameras.add('Door', 'v1', 0);
  const file = join(temporaryFolder(context), 'made.vigie');
  await writeBackup({ dataDir, file, password, nowMs: 1_800_000_000_000 });
  await server.store.cameras.add('Later', 'v1', 0);
  return { server, dataDir, file, restarts, admin: await ApiClient.signedIn(server) };
}

async function upload(server: ApiServer, { accessToken }: ApiClient, body: BodyInit, type = 'octet-stream') {
  const response = await fetch(`${server.url}/api/backup/uploads`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': `application/${type}` },
    body,
  });
  return { status: response.status, body: (await response.json()) as UploadedBackup & Problem };
}

test('an uploaded backup is read with its password, confirmed with the user’s own, and put in place once the server has stopped', async (context) => {
  const { server, dataDir, file, restarts, admin } = await backedUp(context, PASSWORD);
  const { status, body } = await upload(server, admin, readFileSync(file));
  assert.deepEqual([status, body.isEncrypted], [201, true]);
  const at = `/api/backup/uploads/${body.id}`;
  const agree = (currentPassword: string) =>
    admin.call<Problem>('POST', `${at}/restore`, { body: { currentPassword } });

  assert.equal((await agree(ADMIN_PASSWORD)).status, 409, 'it was not read yet');
  const wrong = await admin.call<Problem>('POST', `${at}/contents`, { body: { password: 'another one' } });
  assert.equal(wrong.status, 422);
  assert.match(wrong.body.detail, /^the file: the password is wrong, or the file is damaged$/);
  const missing = await admin.call<Problem>('POST', `${at}/contents`, { body: {} });
  assert.match(missing.body.detail, /encrypted: give its password/);
  const read = await admin.call('POST', `${at}/contents`, { body: { password: PASSWORD } });
  assert.deepEqual(read.body, { madeAtMs: 1_800_000_000_000, cameras: 1, users: 1 });

  assert.equal((await agree('not my password')).status, 403);
  assert.equal(restarts.length, 0);
  assert.equal((await agree(ADMIN_PASSWORD)).status, 202);
  await until('the restart is asked for', () => restarts.length === 1);
  await server.close();
  restarts[0]?.();
  const names = readdirSync(dataDir);
  assert.equal(names.filter((name) => name.startsWith('replaced-')).length, 1);
  assert.deepEqual(
    names.filter((name) => name.startsWith('restor')),
    [],
  );
  const restored = new DatabaseSync(join(dataDir, 'vigie.db'));
  assert.deepEqual(restored.prepare('SELECT name FROM cameras').all(), [{ __proto__: null, name: 'Door' }]);
  const [entry] = restored.prepare('SELECT action, username, address FROM audit_entries').all();
  assert.deepEqual({ ...entry }, { action: 'backupRestored', username: 'admin', address: '127.0.0.1' });
  restored.close();
});

test('a file that is no backup is refused, changes nothing, and the next upload replaces it', async (context) => {
  const { server, dataDir, file, admin } = await backedUp(context);
  const bad = await upload(server, admin, 'GIF89a');
  assert.equal(bad.status, 201);
  const answer = await admin.call<Problem>('POST', `/api/backup/uploads/${bad.body.id}/contents`, {
    body: {},
  });
  assert.equal(answer.status, 422);
  assert.match(answer.body.detail, /^the file is not a backup of Vigie/);
  const good = await upload(server, admin, readFileSync(file));
  assert.equal(good.body.isEncrypted, false);
  const stale = await admin.call('POST', `/api/backup/uploads/${bad.body.id}/contents`, { body: {} });
  assert.equal(stale.status, 404);
  assert.equal((await upload(server, admin, '{}', 'json')).status, 400);
  assert.equal(existsSync(join(dataDir, 'vigie.db')), true);
});

async function* aFile() {
  yield Buffer.from('a file');
}

test('an upload needs room for its copies, and is removed after its time, at a stop and at a start', async (context) => {
  const dataDir = temporaryFolder(context);
  const folder = join(dataDir, 'restore-upload');
  let free = Infinity;
  const open = (keptMs: number) =>
    new Restores({
      dataDir,
      restart: () => undefined,
      onRestored: () => undefined,
      freeFloorBytes: 2e9,
      log: createLog('silent'),
      freeBytes: () => free,
      keptMs,
    });
  const restores = open(1);
  await restores.receive(aFile(), 'anna');
  await until('it is removed', () => !existsSync(folder));
  // Recordings would go below their floor.
  free = 2.2e9;
  await assert.rejects(restores.receive(aFile(), 'anna'), {
    code: 'unavailable',
    message: /keep \d+ MB free/,
  });
  assert.equal(existsSync(folder), false);
  free = Infinity;
  const kept = open(60_000);
  await kept.receive(aFile(), 'anna');
  assert.equal(existsSync(folder), true);
  await kept.close();
  assert.equal(existsSync(folder), false);
  await open(60_000).receive(aFile(), 'anna');
  open(60_000);
  assert.equal(existsSync(folder), false);
});

/** Begins, and brings nothing more. */
async function* aStalledFile() {
  yield Buffer.from('a fi');
  await new Promise<never>(() => undefined);
}

test('an upload gives its place to a newer one of the same administrator, and when it is slow to anybody’s', async (context) => {
  const dataDir = temporaryFolder(context);
  let nowMs = 0;
  const restores = new Restores({
    dataDir,
    restart: () => undefined,
    onRestored: () => undefined,
    freeFloorBytes: 0,
    log: createLog('silent'),
    freeBytes: () => Infinity,
    nowMs: () => nowMs,
  });
  const replaced = { code: 'conflict', message: /a newer upload/ };
  const first = assert.rejects(restores.receive(aStalledFile(), 'anna'), replaced);
  const second = assert.rejects(restores.receive(aStalledFile(), 'anna'), replaced);
  await first;
  await until('the second has begun', () => existsSync(join(dataDir, 'restore-upload/backup.vigie')));
  let isBegun = false;
  const refused = (async function* () {
    isBegun = true;
    yield* aFile();
  })();
  await assert.rejects(restores.receive(refused, 'ben'), { code: 'conflict', message: /another backup/ });
  assert.equal(isBegun, false, 'its time is not prolonged');
  nowMs = 60_000;
  await restores.receive(aFile(), 'ben');
  await second;
  assert.equal(readFileSync(join(dataDir, 'restore-upload/backup.vigie'), 'utf8'), 'a file');
  await restores.close();
});
