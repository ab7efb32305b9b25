import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAD_MS, nextEvent, type QueryEvents } from '../../../client/recordings/event-jumps.ts';
import type { EventView } from '../../../server/wire/event.ts';

const T0 = 1_800_000_000_000;
/** Starts, and ends or continues. */
const EVENTS: readonly [number, number | null][] = [
  [T0, T0 + 60_000],
  [T0 + 10_000, T0 + 10_000],
  [T0 + 50_000, T0 + 55_000],
  [T0 + 86_400_000, null],
];

/** Like the server: events that overlap the time, ordered by start. */
const server: QueryEvents = ({ from = 0, to = Infinity, order, limit = 20 }) => {
  const touched = EVENTS.filter(([startMs, endMs]) => startMs <= to && (endMs ?? to) >= from);
  const sorted = touched.toSorted(([a], [b]) => (order === 'oldest' ? a - b : b - a));
  return Promise.resolve(
    sorted.slice(0, limit).map(([startedAtMs, endedAtMs]) => ({ startedAtMs, endedAtMs }) as EventView),
  );
};

async function jumps(fromMs: number, direction: 1 | -1): Promise<number[]> {
  const visited: number[] = [];
  for (let at = fromMs; visited.length < 10;) {
    const event = await nextEvent(server, at, direction);
    if (!event) break;
    visited.push(event.startedAtMs);
    at = event.startedAtMs - LEAD_MS;
  }
  return visited;
}

test('from the beginning each event is reached once, in turn, at any distance', async () => {
  assert.deepEqual(await jumps(T0 - 3_600_000, 1), [T0, T0 + 10_000, T0 + 50_000, T0 + 86_400_000]);
});

test('so it is from the end', async () => {
  assert.deepEqual(await jumps(T0 + 200_000_000, -1), [T0 + 86_400_000, T0 + 50_000, T0 + 10_000, T0]);
});

test('an event that started before and continues is not a next one', async () => {
  assert.equal((await nextEvent(server, T0 + 20_000, 1))?.startedAtMs, T0 + 50_000);
  assert.equal((await nextEvent(server, T0 + 20_000, -1))?.startedAtMs, T0 + 10_000);
});
