import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoticeQueries } from '../../server/accounts/notice-store.ts';
import { UserQueries } from '../../server/accounts/user-store.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { rightsTo } from '../support/rights.ts';
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

test('an existing viewer keeps live, recordings and events of their cameras, and administrators are told', (context) => {
  const folder = temporaryFolder(context);
  const newest = MIGRATIONS.findIndex((step) => step.includes('CREATE TABLE user_rights'));
  const steps = MIGRATIONS as string[];
  const later = steps.splice(newest);
  try {
    const before = openDatabase(folder);
    before.exec(`
      INSERT INTO cameras (id, name, kind, created_at) VALUES ('cam_1', 'Door', 'seed', 0), ('cam_2', 'Yard', 'seed', 0);
      INSERT INTO users VALUES ('user_1', 'anna', 'hash', 'viewer', 0), ('user_2', 'ben', 'hash', 'viewer', 0);
      INSERT INTO camera_rights VALUES ('user_1', 'cam_2')`);
    before.close();
  } finally {
    steps.push(...later);
  }
  const database = openDatabase(folder);
  const users = new UserQueries(database);
  assert.deepEqual(users.granted('user_1'), rightsTo(['cam_2'], ['live', 'lookBack', 'events']));
  assert.deepEqual(users.granted('user_2'), []);
  assert.deepEqual(new NoticeQueries(database).list(), [{ name: 'rightsPerCamera', atMs: null, text: null }]);
  database.close();
});

test('if no viewer had a right, nobody is told of a change', (context) => {
  const database = openDatabase(temporaryFolder(context));
  assert.deepEqual(new NoticeQueries(database).list(), []);
  database.close();
});
