import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '../../server/log.ts';
import { DataLock, LOCK_FILE_NAME } from '../../server/store/data-lock.ts';
import { openReader } from '../../server/store/database.ts';
import { openStores } from '../../server/stores.ts';
import { Child } from '../support/child-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

test('whoever comes second learns which process has the folder, and kill -9 of that one frees it', async (context) => {
  const folder = temporaryFolder(context);
  await using first = new Child('test/support/hold-data-lock.ts', [folder]);
  await first.line(/locked/);
  assert.throws(
    () => DataLock.take(folder),
    new RegExp(
      `in use by another Vigie \\(process ${first.process.pid} on ${hostname()}, since 20.*VIGIE_DATA_DIR`,
    ),
  );
  await first.stop('SIGKILL');
  const lock = await until('the kernel has let go', () => DataLock.take(folder));
  lock.close();
  lock.close();
  DataLock.take(folder).close();
});

test('the lock is private, and keeps nobody from reading and writing the database', async (context) => {
  const folder = temporaryFolder(context);
  const lock = DataLock.take(folder);
  context.after(() => lock.close());
  assert.equal(statSync(join(folder, LOCK_FILE_NAME)).mode & 0o777, 0o600);
  const store = openStores(folder, createLog('silent'));
  await store.cameras.add('Door', 'v1', 0);
  const reader = openReader(join(folder, 'vigie.db'));
  assert.equal(reader.prepare('SELECT count(*) AS count FROM cameras').get()?.['count'], 1);
  reader.close();
  await store.close();
});

test('a lock file that is none says what to do', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, LOCK_FILE_NAME), 'not a database'.repeat(100));
  assert.throws(() => DataLock.take(folder), /vigie\.lock: .*remove the file and start again/);
});
