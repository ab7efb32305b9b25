/** Tests the start with a database that cannot be used as it is. */

import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test, type TestContext } from 'node:test';
import { openWriter } from '../../server/store/database.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import { MIGRATIONS } from '../../server/store/schema.ts';
import { fillDatabase } from '../support/full-database.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PAGE_BYTES = 4096;
const steps = MIGRATIONS as string[];
const disk = SmallDisk.mount(1024 * 1024);
after(() => disk?.[Symbol.dispose]());

function filled(context: TestContext): string {
  const folder = temporaryFolder(context);
  const database = openDatabase(folder);
  fillDatabase(database, {
    cameras: 2,
    events: 200,
    thumbnails: 10,
    segments: 100,
    gaps: 10,
    users: 3,
    sessions: 2,
    webhooks: 1,
    deliveries: 10,
    audit: 10,
  });
  database.close();
  return folder;
}

test('a damaged page, whichever it is, ends the start with a line that names --restore and --new-database', (context) => {
  const folder = filled(context);
  const path = join(folder, 'vigie.db');
  const pages = statSync(path).size / PAGE_BYTES;
  for (const page of [0, 1, Math.floor(pages / 2), pages - 1]) {
    const damaged = temporaryFolder(context);
    copyFileSync(path, join(damaged, 'vigie.db'));
    const file = openSync(join(damaged, 'vigie.db'), 'r+');
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, page * PAGE_BYTES);
    closeSync(file);
    assert.throws(
      () => openDatabase(damaged),
      { code: 'configuration', message: /damaged.*--restore FILE.*--new-database/ },
      `page ${page} of ${pages}`,
    );
  }
});

test('a full disk is named as what it is', (context) => {
  if (!disk) return context.skip('only root can make a small disk to fill');
  openDatabase(join(disk.path, 'data')).close();
  disk.fill();
  assert.throws(() => openDatabase(join(disk.path, 'data')), {
    message: /disk that holds .* is full: make room/,
  });
});

test('the file alone holds what was written before the start, and after a checkpoint', (context) => {
  const folder = temporaryFolder(context);
  const database = openDatabase(folder);
  context.after(() => database.close());
  const copy = join(temporaryFolder(context), 'copy.db');
  copyFileSync(join(folder, 'vigie.db'), copy);
  const copied = new DatabaseSync(copy);
  context.after(() => copied.close());
  assert.equal(copied.prepare('SELECT count(*) AS count FROM users').get()?.['count'], 0);
});

test('a database that is gone is not made anew by a connection', (context) => {
  const path = join(temporaryFolder(context), 'vigie.db');
  assert.throws(() => openWriter(path), /unable to open/);
  assert.equal(existsSync(path), false);
});

test('a copy is made before a migration, private, one only; and an older Vigie is told of it', (context) => {
  const folder = filled(context);
  const path = join(folder, 'vigie.db');
  const known = steps.length;
  for (const added of [1, 2]) {
    steps.push(`CREATE TABLE added_${added} (id INTEGER)`);
    context.after(() => void (steps.length = known));
    openDatabase(folder).close();
  }
  const copies = readdirSync(folder).filter((name) => name.includes('before-schema'));
  assert.deepEqual(copies, [`vigie.db.before-schema-${known + 2}`]);
  const copyPath = join(folder, copies[0] ?? '');
  assert.equal(statSync(copyPath).mode & 0o777, 0o600);
  const copy = new DatabaseSync(copyPath, { readOnly: true });
  assert.equal(copy.prepare('PRAGMA user_version').get()?.['user_version'], known + 1);
  assert.equal(copy.prepare('SELECT count(*) AS count FROM cameras').get()?.['count'], 2);
  copy.close();
  steps.length = known;
  assert.throws(() => openDatabase(folder), {
    message: new RegExp(`newer Vigie \\(schema ${known + 2}, .*--restore ${path}\\.before-schema`),
  });
});
