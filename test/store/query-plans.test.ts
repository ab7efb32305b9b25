import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { openDatabase } from '../../server/store/open-database.ts';
import { declaredStatements } from '../../server/store/statements.ts';
import { openStores } from '../../server/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fillDatabase } from '../support/full-database.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FILL = {
  cameras: 20,
  events: 500,
  thumbnails: 20,
  segments: 500,
  gaps: 200,
  users: 40,
  sessions: 20,
  webhooks: 20,
  deliveries: 200,
  audit: 500,
};

/** Plan steps that read a whole table or sort: the subject and why it is bounded. */
const ALLOWED: Readonly<Record<string, { steps: readonly RegExp[]; because: string }>> = {
  'cameras.list': { steps: [/^SCAN cameras$/, /ORDER BY$/], because: 'there are at most 1,000 cameras' },
  'cameras.listOf': { steps: [/^SCAN c\b/, /ORDER BY$/], because: 'there are at most 1,000 cameras' },
  'cameras.listWithRights': { steps: [/^SCAN c\b/, /ORDER BY$/], because: 'there are at most 1,000 cameras' },
  'cameras.count': { steps: [/^SCAN cameras\b/], because: 'there are at most 1,000 cameras' },
  'removedCameras.listOf': {
    steps: [/^SCAN c$/, /ORDER BY$/],
    because: 'each still has recordings, whose number the quota bounds',
  },
  'removedCameras.forgetEmpty': {
    steps: [/^SCAN c$/],
    because: 'each has, or has just lost, recordings, whose number the quota bounds',
  },
  'retention.amount': {
    steps: [/^USE TEMP B-TREE FOR count\(DISTINCT\)$/],
    because: 'it holds one entry a camera, and recordings are read by their index',
  },
  'users.list': { steps: [/^SCAN users$/, /ORDER BY$/], because: 'there are at most 1,000 users' },
  'users.count': { steps: [/^SCAN users$/], because: 'there are at most 1,000 users' },
  'credentials.list': {
    steps: [/^SCAN credentials USING INDEX credentials_by_time$/],
    because: 'all are wanted; a user has at most 50',
  },
  'credentials.remove': {
    steps: [/^SCAN ended$/],
    because: 'a user has at most 50 keys, and makes no other’s',
  },
  'firmware.images': {
    steps: [/^SCAN firmware_images$/, /ORDER BY$/],
    because: 'there are at most 32 images',
  },
  'firmware.updates': { steps: [/^SCAN firmware_updates$/], because: 'there is one update a camera' },
  'webhooks.list': { steps: [/^SCAN webhooks$/, /ORDER BY$/], because: 'there are at most 20 webhooks' },
  'webhooks.due': { steps: [/^SCAN w$/], because: 'there are at most 20 webhooks' },
  'webhooks.giveUp': { steps: [/ORDER BY$/], because: 'at most 501 messages wait for one webhook' },
  'webhooks.next': { steps: [/^SEARCH w$/], because: 'there are at most 20 webhooks' },
  'notifications.recipients': {
    steps: [/^SCAN (?:sessions|push_devices|users)\b/],
    because: 'every device is wanted; a user has at most 10',
  },
  'notifications.ofUser': { steps: [/ORDER BY$/], because: 'a user has at most 10 devices' },
  'notifications.trim': { steps: [/ORDER BY$/], because: 'a user has at most 10 devices' },
  'events.endAll': {
    steps: [/^SCAN events USING INDEX events_going_on$/],
    because: 'the index holds only what goes on',
  },
  'notifications.ofAdministrators': {
    steps: [/^SCAN (?:sessions|push_devices|users|u)\b/],
    because: 'every device is wanted; a user has at most 10',
  },
  'notices.list': { steps: [/^SCAN notices$/], because: 'each kind is there once' },
  'passwordResets.newest': { steps: [/^SCAN password_resets$/], because: 'the newest 100 are kept' },
  'audit.first': { steps: [/^SCAN audit_entries$/], because: 'it ends with the first row' },
  'audit.last': { steps: [/^SCAN audit_entries$/], because: 'it ends with the last row' },
  'audit.oldest': {
    steps: [/^SCAN audit_entries USING COVERING INDEX audit_entries_by_time$/],
    because: 'it ends with the first row of the index',
  },
  'knownDevices.trim': { steps: [/ORDER BY$/], because: 'a user has at most 51 known devices' },
  'recordings.all': {
    steps: [/^SCAN recordings$/],
    because: 'all are wanted, once, before the server listens',
  },
};

/** Reads a whole table, or sorts. */
const COSTLY = /^SCAN (?!CONSTANT ROW)|^SEARCH \w+$|TEMP B-TREE/;

suite('the plan of every statement, with and without statistics of full tables', () => {
  test('reads no growing table completely and sorts none', async (context) => {
    const refused = (await plans(context)).filter(([name, steps]) => {
      const allowed = ALLOWED[name]?.steps ?? [];
      return steps.some((step) => COSTLY.test(step) && !allowed.some((pattern) => pattern.test(step)));
    });
    assert.deepEqual(refused, []);
  });

  test('needs every listed exception', async (context) => {
    const made = await plans(context);
    const unused = Object.entries(ALLOWED).flatMap(([name, { steps }]) =>
      steps
        .filter((step) => !made.some(([of, plan]) => of === name && plan.some((each) => step.test(each))))
        .map((step) => `${name}: ${String(step)}`),
    );
    assert.deepEqual(unused, []);
  });
});

async function plans(context: TestContext): Promise<[name: string, steps: string[]][]> {
  const database = openDatabase(temporaryFolder(context));
  context.after(() => database.close());
  fillDatabase(database, FILL);
  const planAll = (): [string, string[]][] =>
    [...declaredStatements].map(([name, sql]) => {
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      return [name, rows.map(({ detail }) => String(detail))];
    });
  const before = planAll();
  database.exec('ANALYZE');
  return [...before, ...planAll()];
}

test('all SQL is prepared and run through the declared statements', () => {
  assert.ok(openStores.name);
  // The first six work on the file as a whole, before the server listens or beside it; the last three on backups.
  const open = new Set(
    ['data-lock', 'database', 'database-copy', 'first-start', 'migrate', 'open-database', 'statements']
      .map((name) => `server/store/${name}.ts`)
      .concat(['backup-file', 'keep-recordings', 'stage-backup'].map((name) => `server/backup/${name}.ts`)),
  );
  const files = globSync('server/**/*.{ts,mjs}', { cwd: ROOT }).filter((path) => !open.has(path));
  for (const path of files)
    assert.doesNotMatch(
      readFileSync(resolve(ROOT, path), 'utf8'),
      /\.(?:prepare|createTagStore)\(|database\.exec\(/,
      path,
    );
});
