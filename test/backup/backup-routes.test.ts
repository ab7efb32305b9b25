import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Backups } from '../../server/backup/backups.ts';
import { restoreBackup } from '../../server/backup/restore-backup.ts';
import { createLog } from '../../server/log.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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
    assert.ok(existsSync(made.path));
    await assert.rejects(backups.make('anna', undefined), {
      code: 'tooManyRequests',
      message: /try again when it is done/,
    });
    using other = await backups.make('ben', undefined);
    assert.notEqual(other.path, made.path);
    await assert.rejects(backups.make('carl', undefined), { code: 'tooManyRequests' });
  }
  free = 1e6;
  assert.equal(existsSync(join(dataDir, 'backup')), false);
  await assert.rejects(backups.make('anna', undefined), { code: 'unavailable', message: /make room/ });
  free = Infinity;
  (await backups.make('anna', undefined))[Symbol.dispose]();
});
