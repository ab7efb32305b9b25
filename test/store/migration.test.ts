import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../server/store/open-database.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a migration that fails in the middle changes nothing, and can be run again', (context) => {
  const folder = temporaryFolder(context);
  openDatabase(folder).close();
  const steps = MIGRATIONS as string[];
  steps.push('CREATE TABLE half_done (id INTEGER); INSERT INTO no_such_table VALUES (1)');
  try {
    assert.throws(() => openDatabase(folder), /no_such_table/);
    steps.splice(-1, 1, 'CREATE TABLE half_done (id INTEGER)');
    const database = openDatabase(folder);
    assert.equal(Number(database.prepare('PRAGMA user_version').get()?.['user_version']), steps.length);
    database.close();
  } finally {
    steps.pop();
  }
});
