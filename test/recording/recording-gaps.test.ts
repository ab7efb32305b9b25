/** Gaps in the index when the clock is set: which of them get the new time. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ClockChange } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { RecordingGaps } from '../../server/recording/recording-gaps.ts';
import { RecordingRig } from '../support/recording-rig.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Server time when the clock is set. */
const STEP_MS = 1_700_000_000_000;

/** Gaps that end 30, 12 and 4 minutes before the clock is set, and one that goes on. @returns their dates after it */
async function datesAfter(
  context: TestContext,
  change: Pick<ClockChange, 'kind' | 'byMs'>,
  sinceMs?: number,
): Promise<(readonly [startMs: number, endMs: number | null])[]> {
  const rig = await RecordingRig.make(context);
  await rig.store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  const { recordings } = rig.store;
  let aheadMs = 0;
  const dates = {
    dateMs: (serverUs: number) => serverUs / 1000 + aheadMs,
    serverUs: (dateMs: number) => (dateMs - aheadMs) * 1000,
  };
  const gaps = new RecordingGaps('cam_1', recordings, createLog('silent'), dates);
  for (const minutes of [30, 12, 4])
    gaps.add('cameraOffline', STEP_MS - (minutes + 1) * MINUTE_MS, STEP_MS - minutes * MINUTE_MS);
  gaps.begin('cameraOffline', STEP_MS - MINUTE_MS);
  aheadMs = change.byMs;
  gaps.onClockChanged(
    { ...change, atUs: STEP_MS * 1000, sinceUs: (STEP_MS - 1000) * 1000 },
    { wereRecorded: false, firstMs: undefined, sinceMs, done: Promise.resolve() },
  );
  await rig.store.settled();
  const found = await recordings.gaps('cam_1', 0, Number.MAX_SAFE_INTEGER);
  return found
    .map(({ startMs, endMs }) => [startMs - STEP_MS, endMs === null ? null : endMs - STEP_MS] as const)
    .toSorted(([a], [b]) => a - b);
}

const OLD = [-31 * MINUTE_MS, -30 * MINUTE_MS] as const;
const RECENT = [-13 * MINUTE_MS, -12 * MINUTE_MS] as const;
const NEW = [-5 * MINUTE_MS, -4 * MINUTE_MS] as const;
const OPEN = [-MINUTE_MS, null] as const;

function later([startMs, endMs]: readonly [number, number | null]): readonly [number, number | null] {
  return [startMs + HOUR_MS, endMs === null ? null : endMs + HOUR_MS];
}

test('gaps of the last ten minutes before a step get the new time, older ones keep their dates', async (context) => {
  const found = await datesAfter(context, { kind: 'stepped', byMs: HOUR_MS });
  assert.deepEqual(found, [OLD, RECENT, later(NEW), later(OPEN)]);
});

test('gaps since the start of an event that goes on get the new time with it', async (context) => {
  const change = { kind: 'stepped', byMs: HOUR_MS } as const;
  const found = await datesAfter(context, change, STEP_MS - 20 * MINUTE_MS);
  assert.deepEqual(found, [OLD, later(RECENT), later(NEW), later(OPEN)]);
});

test('gaps before a sleep keep their dates', async (context) => {
  const found = await datesAfter(context, { kind: 'slept', byMs: HOUR_MS });
  assert.deepEqual(found, [OLD, RECENT, NEW, OPEN]);
});
