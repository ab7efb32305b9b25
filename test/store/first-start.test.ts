import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { admitDatabase, type FirstStartOptions } from '../../server/store/first-start.ts';
import { openStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HAS_USER = { username: 'Ada', passwordHash: 'x', role: 'administrator', cameras: [] } as const;

function admit(dataDir: string, options: Partial<FirstStartOptions> = {}): Promise<boolean> {
  return admitDatabase({
    dataDir,
    newDatabase: false,
    hasRecordings: true,
    confirm: () => assert.fail('nothing to ask'),
    log: createLog('silent'),
    ...options,
  });
}

async function used(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context);
  const store = openStores(folder, createLog('silent'));
  await store.users.add(HAS_USER, 0);
  await store.close();
  return folder;
}

test('recordings without a database, or beside an empty one, end the start with both ways out', async (context) => {
  const without = temporaryFolder(context);
  const empty = temporaryFolder(context);
  writeFileSync(join(empty, 'vigie.db'), '');
  const unused = temporaryFolder(context);
  await openStores(unused, createLog('silent')).close();
  for (const folder of [without, empty, unused]) {
    const files = readdirSync(folder);
    await assert.rejects(admit(folder), {
      code: 'configuration',
      message: /recordings and no database.*--restore FILE.*--new-database/,
    });
    assert.deepEqual(readdirSync(folder), files, 'nothing was made');
    assert.equal(await admit(folder, { newDatabase: true }), true);
  }
});

test('a folder that holds nothing yet, and one with its database, start without a word', async (context) => {
  assert.equal(await admit(temporaryFolder(context), { hasRecordings: false }), false);
  assert.equal(await admit(await used(context)), false);
});

test('--new-database leaves a sound database alone', async (context) => {
  const folder = await used(context);
  assert.equal(await admit(folder, { newDatabase: true }), false);
  assert.ok(existsSync(join(folder, 'vigie.db')));
});

test('--new-database moves a damaged database aside once that was agreed to', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'vigie.db'), 'not a database'.repeat(1000));
  const asked = { newDatabase: true, confirm: () => Promise.resolve(false) };
  await assert.rejects(admit(folder, asked), { message: 'nothing was changed' });
  assert.equal(await admit(folder, { newDatabase: true, confirm: () => Promise.resolve(true) }), true);
  const [aside = ''] = readdirSync(folder);
  assert.match(aside, /^replaced-/);
  assert.match(readFileSync(join(folder, aside, 'vigie.db'), 'utf8'), /^not a database/);
});

test('a restore that was cut off is not taken for a new Vigie', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'restoring'));
  await assert.rejects(admit(folder, { hasRecordings: false }), { message: /interrupted.*--restore FILE/ });
});
