import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite, test, type TestContext } from 'node:test';
import { AuditQueries, type NewAuditEntry } from '../../server/audit/audit-store.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import type { Page, Place } from '../../server/store/page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DAY_MS = 24 * 3_600_000;
/** Before the week in which nothing is deleted. */
const OLD_MS = Date.parse('2026-01-01T00:00:00Z');
const NOW_MS = OLD_MS + 100 * DAY_MS;

function open(context: TestContext, maxEntries?: number) {
  const folder = temporaryFolder(context);
  const database = openDatabase(folder);
  context.after(() => database.close());
  return { database, queries: new AuditQueries(database, maxEntries), folder };
}

let made = 0;
const entry = (beganAtMs: number, change: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  id: `aud_${++made}`,
  beganAtMs,
  endedAtMs: beganAtMs,
  action: 'signedIn',
  refused: false,
  count: 1,
  userId: 'user_1',
  username: 'anna',
  address: '192.0.2.1',
  device: null,
  cameraId: null,
  cameraName: null,
  details: {},
  ...change,
});

suite('rows of the audit log', () => {
  test('the database refuses to change or shorten an entry', (context) => {
    const { database, queries } = open(context);
    const { id } = entry(OLD_MS);
    queries.add(entry(OLD_MS, { id, count: 3, endedAtMs: OLD_MS + 5 }));
    for (const change of [
      "username = 'ben'",
      'user_id = NULL',
      'began_at = 0',
      'refused = 1',
      "action = 'watched'",
      'details = \'{"a":1}\'',
      "id = 'aud_other'",
      'sequence = 99',
      `ended_at = ${OLD_MS}`,
      'count = 2',
    ])
      assert.throws(
        () => database.exec(`UPDATE audit_entries SET ${change} WHERE id = '${id}'`),
        /append-only/,
        change,
      );
    queries.extend([{ id, endedAtMs: OLD_MS + 9, count: 4 }]);
    queries.extend([{ id, endedAtMs: OLD_MS, count: 1 }]);
    assert.deepEqual(
      queries
        .list({ limit: 9 })
        .rows.map(({ endedAtMs, count, username }) => [endedAtMs - OLD_MS, count, username]),
      [[9, 4, 'anna']],
    );
  });

  test('the database refuses to delete an entry of the last week, to any program', (context) => {
    const { queries, folder } = open(context);
    queries.add(entry(Date.now() - 6.9 * DAY_MS));
    queries.add(entry(Date.now() - 7.1 * DAY_MS));
    const other = new DatabaseSync(join(folder, 'vigie.db'));
    context.after(() => other.close());
    assert.throws(() => other.exec('DELETE FROM audit_entries'), /stays for a week/);
    assert.equal(queries.list({ limit: 9 }).rows.length, 2);
    other.exec(`DELETE FROM audit_entries WHERE began_at < ${Date.now() - 7 * DAY_MS}`);
    assert.equal(queries.list({ limit: 9 }).rows.length, 1);
  });

  test('an entry written twice is one', (context) => {
    const { queries } = open(context);
    const once = entry(OLD_MS);
    queries.add(once);
    queries.add(once);
    assert.equal(queries.list({ limit: 9 }).rows.length, 1);
  });

  test('entries older than the days that are kept are removed, of which a wrong clock removes one day at most', (context) => {
    const { queries } = open(context);
    for (let day = 0; day < 10; day++) queries.add(entry(OLD_MS + day * DAY_MS));
    const days = (): number[] =>
      queries.list({ limit: 99 }).rows.map(({ beganAtMs }) => (beganAtMs - OLD_MS) / DAY_MS);
    queries.prune(OLD_MS + 3 * DAY_MS, NOW_MS, Infinity);
    assert.deepEqual(days(), [9, 8, 7, 6, 5, 4, 3]);
    queries.prune(OLD_MS + 365 * DAY_MS, NOW_MS, DAY_MS);
    assert.deepEqual(days(), [9, 8, 7, 6, 5, 4]);
  });

  test('too many entries lose the oldest, though none of the last week', (context) => {
    const { queries } = open(context, 5);
    const nowMs = Date.now();
    for (let index = 0; index < 4; index++) queries.add(entry(OLD_MS + index));
    for (let index = 0; index < 4; index++) queries.add(entry(nowMs + index));
    assert.equal(queries.prune(0, nowMs, DAY_MS), 0);
    assert.equal(queries.list({ limit: 99 }).rows.length, 5);
    for (let index = 0; index < 4; index++) queries.add(entry(nowMs + index));
    assert.equal(queries.prune(0, nowMs, DAY_MS), 3, 'it says by how many it is too full');
    assert.equal(queries.list({ limit: 99 }).rows.length, 8);
  });

  test('pages follow each other without a gap or a repetition, also among entries of one moment', (context) => {
    const { queries } = open(context);
    for (let index = 0; index < 25; index++) queries.add(entry(OLD_MS + Math.floor(index / 10)));
    const old = queries.list({ limit: 99 }).rows.map(({ id }) => id);
    const byCursor: string[] = [];
    for (let after: Place | null | undefined; after !== null;) {
      const { rows, next }: Page<AuditEntry> = queries.list({ limit: 4, ...(after && { after }) });
      byCursor.push(...rows.map(({ id }) => id));
      after = next;
      queries.add(entry(OLD_MS + 100));
    }
    assert.deepEqual(byCursor, old);
    const byId = queries.list({ limit: 4, before: old[4] ?? '' }).rows.map(({ id }) => id);
    assert.deepEqual(byId, old.slice(5, 9));
    assert.deepEqual(queries.list({ limit: 4, before: 'aud_gone' }).rows, []);
  });

  test('an entry of a later version of the server is left out, and hides none behind it', (context) => {
    const { database, queries } = open(context);
    for (let index = 0; index < 8; index++) queries.add(entry(OLD_MS + index));
    database.exec(`INSERT INTO audit_entries (id, began_at, ended_at, action, kind, refused, count, details)
      SELECT 'aud_later', began_at, ended_at, 'teleported', kind, 0, 1, '{}' FROM audit_entries WHERE began_at = ${OLD_MS + 5}`);
    const first = queries.list({ limit: 5 });
    assert.equal(first.rows.length, 4);
    assert.ok(first.next);
    assert.equal(queries.list({ limit: 5, after: first.next }).rows.length, 4);
  });

  test('entries are selected by user, camera, kind and time, by any of them together', (context) => {
    const { queries } = open(context);
    queries.add(entry(OLD_MS, { id: 'sign-in' }));
    queries.add(entry(OLD_MS + 10, { id: 'door', action: 'watched', cameraId: 'cam_1' }));
    queries.add(
      entry(OLD_MS + 20, { id: 'yard', action: 'watched', cameraId: 'cam_2', endedAtMs: OLD_MS + 50 }),
    );
    queries.add(entry(OLD_MS + 30, { id: 'ben', action: 'watched', cameraId: 'cam_1', userId: 'user_2' }));
    const found = (filter: Omit<Parameters<AuditQueries['list']>[0], 'limit'>): string[] =>
      queries.list({ limit: 9, ...filter }).rows.map(({ id }) => id);
    assert.deepEqual(found({ userId: 'user_1' }), ['yard', 'door', 'sign-in']);
    assert.deepEqual(found({ cameraId: 'cam_1' }), ['ben', 'door']);
    assert.deepEqual(found({ kind: 'signIn' }), ['sign-in']);
    assert.deepEqual(found({ userId: 'user_1', cameraId: 'cam_1', kind: 'viewing' }), ['door']);
    assert.deepEqual(found({ cameraId: 'cam_1', kind: 'signIn' }), []);
    assert.deepEqual(found({ from: OLD_MS + 5, to: OLD_MS + 15 }), ['door']);
    assert.deepEqual(found({ from: OLD_MS + 40 }), ['yard'], 'a stretch that reaches into it');
  });
});
