import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { CameraQueries } from '../../server/cameras/camera-store.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import { EventQueries, type EventQuery } from '../../server/events/event-store.ts';
import type { EventKind, EventView } from '../../server/wire/event.ts';
import type { Page, Place } from '../../server/store/page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The expected list, by reading everything. */
function expected(events: readonly EventView[], cameraIds: readonly string[], query: EventQuery): string[] {
  const { kind, label, before, fromMs, toMs, oldestFirst = false, limit } = query;
  const isTime = fromMs !== undefined || toMs !== undefined || oldestFirst;
  const [from, to] = [fromMs ?? 0, toMs ?? Infinity];
  const cursor = before === undefined ? events.length : events.findIndex(({ id }) => id === before);
  const wanted = events.filter(
    (event, sequence) =>
      sequence < cursor &&
      cameraIds.includes(event.cameraId) &&
      (kind === undefined || event.kind === kind) &&
      (label === undefined || event.label === label) &&
      (!isTime || (event.startedAtMs <= to && (event.endedAtMs ?? to) >= from && from <= to)),
  );
  if (isTime) wanted.sort((a, b) => a.startedAtMs - b.startedAtMs);
  if (!oldestFirst) wanted.reverse();
  return wanted.slice(0, limit).map(({ id }) => id);
}

function openRig(context: TestContext) {
  const database = openDatabase(temporaryFolder(context));
  context.after(() => database.close());
  const { random, label } = seededRandom();
  const below = (max: number): number => Math.floor(random() * max);
  const cameras = new CameraQueries(database);
  const store = new EventQueries(database);
  const ids = Array.from({ length: 5 }, (_, index) => cameras.add(`Camera ${index}`, 'v1', index).id);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)] ?? assert.fail();
  let made = 0;
  const addEvent = (): EventView => {
    // Many start at the same time, and some have not ended.
    const startedAtMs = 1_000 + below(60) * 10;
    const endedAtMs = below(10) === 0 ? null : startedAtMs + below(100);
    const kind: EventKind = pick(['offline', 'motion', 'motion', 'motion', 'detection']);
    const detected = kind === 'detection' ? { label: pick(['person', 'dog']) } : {};
    return store.add(
      {
        id: `evt_${made++}`,
        cameraId: pick(ids.slice(0, 4)),
        source: 'motion',
        sourceName: '',
        kind,
        ...detected,
        startedAtMs,
        endedAtMs,
        zones: [],
        score: null,
      },
      0,
    );
  };
  const events = Array.from({ length: 300 }, addEvent);
  return { database, store, events, ids, label, below, pick, addEvent };
}

test('lists by cameras, kind, time and cursor equal a full scan', (context) => {
  const { store, events, ids, label, below, pick } = openRig(context);
  for (let round = 0; round < 120; round++) {
    const cameraIds = ids.filter(() => below(2) === 0);
    const limit = 1 + below(40);
    const kind = pick([
      {},
      { kind: pick(['motion', 'offline', 'detection'] as const) },
      { label: pick(['person', 'dog', 'cat']) },
      { kind: pick(['motion', 'detection'] as const), label: 'person' },
    ]);
    const fromMs = 900 + below(700);
    const order = { oldestFirst: below(2) === 0 };
    const query = pick<EventQuery>([
      { limit, ...kind },
      { limit, ...kind, before: pick(events).id },
      { limit, ...kind, before: 'evt_gone' },
      { limit, ...kind, ...order, fromMs, toMs: fromMs + below(300) - 20 },
      { limit, ...kind, ...order, fromMs },
      { limit, ...kind, ...order },
    ]);
    assert.deepEqual(
      store.list(cameraIds, query).rows.map(({ id }) => id),
      expected(events, cameraIds, query),
      `${label} ${JSON.stringify({ cameraIds, query })}`,
    );
  }
});

test('pages join without a gap or a double in any order, while events come and go', (context) => {
  const { database, store, events, ids, label, below, pick, addEvent } = openRig(context);
  const removed = new Set<string>();
  for (let round = 0; round < 40; round++) {
    const query = pick<EventQuery>([
      { limit: 7 },
      { limit: 7, kind: 'motion' },
      { limit: 7, fromMs: 1_200, toMs: 1_400 },
      { limit: 7, oldestFirst: true },
    ]);
    const cameraIds = ids.filter(() => below(4) > 0);
    const listed: string[] = [];
    const before = expected(events, cameraIds, { ...query, limit: Infinity });
    const addedBefore = events.length;
    for (let after: Place | null | undefined; after !== null;) {
      const { rows, next }: Page<EventView> = store.list(cameraIds, { ...query, ...(after && { after }) });
      listed.push(...rows.map(({ id }) => id));
      after = next;
      events.push(addEvent());
      // The one at which the page ended, too.
      const gone = below(3) === 0 ? (rows.at(-1)?.id ?? '') : pick(events).id;
      database.prepare('DELETE FROM events WHERE id = ?').run(gone);
      removed.add(gone);
    }
    const stayed = (listedIds: readonly string[]): string[] => listedIds.filter((id) => !removed.has(id));
    const isOld = (id: string): boolean => events.findIndex((event) => event.id === id) < addedBefore;
    assert.deepEqual(stayed(listed).filter(isOld), stayed(before), `${label} ${JSON.stringify(query)}`);
    assert.equal(new Set(listed).size, listed.length, label);
  }
});
