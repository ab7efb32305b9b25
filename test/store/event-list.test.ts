import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraQueries } from '../../server/cameras/camera-store.ts';
import { openDatabase } from '../../server/store/open-database.ts';
import { EventQueries, type EventQuery } from '../../server/events/event-store.ts';
import type { EventKind, EventView } from '../../server/wire/event.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The expected list, by reading everything. */
function expected(events: readonly EventView[], cameraIds: readonly string[], query: EventQuery): string[] {
  const { kind, before, fromMs, toMs, oldestFirst = false, limit } = query;
  const isTime = fromMs !== undefined || toMs !== undefined || oldestFirst;
  const [from, to] = [fromMs ?? 0, toMs ?? Infinity];
  const cursor = before === undefined ? events.length : events.findIndex(({ id }) => id === before);
  const wanted = events.filter(
    (event, sequence) =>
      sequence < cursor &&
      cameraIds.includes(event.cameraId) &&
      (kind === undefined || event.kind === kind) &&
      (!isTime || (event.startedAtMs <= to && (event.endedAtMs ?? to) >= from && from <= to)),
  );
  if (isTime) wanted.sort((a, b) => a.startedAtMs - b.startedAtMs);
  if (!oldestFirst) wanted.reverse();
  return wanted.slice(0, limit).map(({ id }) => id);
}

test('lists by cameras, kind, time and cursor equal a full scan', async (context) => {
  const database = openDatabase(temporaryFolder(context));
  context.after(() => database.close());
  const { random, label } = seededRandom();
  const below = (max: number): number => Math.floor(random() * max);
  const cameras = new CameraQueries(database);
  const store = new EventQueries(database);
  const ids = Array.from({ length: 5 }, (_, index) => cameras.add(`Camera ${index}`, 'v1', index).id);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)] ?? assert.fail();
  const events = Array.from({ length: 300 }, (_, n) => {
    // Many start at the same time, and some have not ended.
    const startedAtMs = 1_000 + below(60) * 10;
    const endedAtMs = below(10) === 0 ? null : startedAtMs + below(100);
    const kind: EventKind = below(8) === 0 ? 'offline' : 'motion';
    return store.add(
      {
        id: `evt_${n}`,
        cameraId: pick(ids.slice(0, 4)),
        source: 'motion',
        sourceName: '',
        kind,
        startedAtMs,
        endedAtMs,
        zones: [],
        score: null,
      },
      0,
    );
  });
  for (let round = 0; round < 400; round++) {
    const cameraIds = ids.filter(() => below(2) === 0);
    const limit = 1 + below(40);
    const kind = below(2) === 0 ? { kind: pick(['motion', 'offline'] as const) } : {};
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
      store.list(cameraIds, query).map(({ id }) => id),
      expected(events, cameraIds, query),
      `${label} ${JSON.stringify({ cameraIds, query })}`,
    );
  }
});
