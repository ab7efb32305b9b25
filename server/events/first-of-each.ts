/** Merges the events of several cameras, each of which comes from an index in order, into one page. */

import type { SQLOutputValue } from 'node:sqlite';
import type { Place } from '../store/page.ts';

/**
 * The first `limit` of all cameras together. Each camera's events come from an index in order; events that cannot be
 * among the first any more are not read, so each of many cameras costs one look-up in the index.
 */
export function firstOfEach(
  cameraIds: readonly string[],
  { limit, oldestFirst, ...range }: { limit: number; oldestFirst: boolean; low: number; high: number },
  walk: (cameraId: string, low: number, high: number, limit: number) => Record<string, SQLOutputValue>[],
): Place[] {
  const direction = oldestFirst ? 1 : -1;
  let first: Place[] = [];
  let { low, high } = range;
  for (const cameraId of cameraIds) {
    const rows = walk(cameraId, low, high, limit) as unknown as Place[];
    if (rows.length === 0) continue;
    first = [...first, ...rows]
      .sort((a, b) => direction * (a.rank - b.rank || a.sequence - b.sequence))
      .slice(0, limit);
    const last = first.length === limit ? first.at(-1) : undefined;
    if (last && oldestFirst) high = last.rank;
    else if (last) low = last.rank;
  }
  return first;
}
