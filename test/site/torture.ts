/**
 * Sets the server's wall clock right, wrong and back while cameras record, and holds it to what must be true five
 * seconds later: no film and no event is more than 2 s from the true time, no recording goes on without end, no event
 * has lost its picture or its clip.
 *
 *     npm run torture:clock                     all cases, some five minutes; Debian or Ubuntu
 *     npm run torture:clock -- back summer      those whose name contains one of these words
 */

import assert from 'node:assert/strict';
import type { RecordingSettings } from '../../server/wire/recording.ts';
import { ClockRig, TOLERANCE_MS, type ClockRigOptions } from './clock-rig.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After a step, before anything must be true. */
const SETTLED_MS = 5_000;
/** A movement sensor that lets go is waited for; then its event is over. */
const QUIET_MS = 8_000;
const PARIS = { TZ: 'UTC' };

interface Case {
  name: string;
  options?: () => ClockRigOptions;
  run: (rig: ClockRig) => Promise<void>;
}

const CASES: Case[] = [
  ...[1_000, -1_000, HOUR_MS, -HOUR_MS].map((byMs) => ({
    name: `a step ${byMs < 0 ? 'back' : 'forward'} of ${Math.abs(byMs) / 1000} s`,
    run: (rig: ClockRig) => steps(rig, byMs),
  })),
  {
    name: 'a clock of 40 days ago that is set right, as of a Raspberry Pi',
    options: () => ({ aheadMs: -40 * DAY_MS }),
    run: (rig) => steps(rig, 40 * DAY_MS),
  },
  { name: 'a step back of 40 days', run: (rig) => steps(rig, -40 * DAY_MS) },
  {
    name: 'an hour forward and back again',
    run: async (rig) => {
      await steps(rig, HOUR_MS);
      await steps(rig, -HOUR_MS);
    },
  },
  { name: 'a suspend: the process stands still, and the wall clock moves on by eight hours', run: suspend },
  ...[
    { name: 'summer begins', change: '2026-03-29T01:00:00Z', from: '03:00', to: '04:00' },
    { name: 'summer ends', change: '2026-10-25T01:00:00Z', from: '02:00', to: '02:30' },
  ].map(({ name, change, from, to }) => ({
    name: `${name} where the site is, and its server runs in UTC`,
    options: () => ({
      // The cameras are up before the clocks change.
      aheadMs: Date.parse(change) - 20_000 - Date.now(),
      env: PARIS,
      recording: { schedule: [{ days: [0], from, to }] } satisfies Partial<RecordingSettings>,
    }),
    run: (rig: ClockRig) => changesToSummerTime(rig, Date.parse(change)),
  })),
];

const words = process.argv.slice(2);
const chosen = CASES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
let failed = 0;
for (const { name, options, run } of chosen) {
  process.stdout.write(`${name} …`);
  try {
    await using rig = await ClockRig.start(options?.());
    if (!rig) throw new Error('libfaketime is missing: install the package faketime (Debian, Ubuntu)');
    await run(rig);
    process.stdout.write(' ok\n');
  } catch (error) {
    failed++;
    process.stdout.write(
      ` FAILED\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}
process.stdout.write(`${chosen.length - failed} of ${chosen.length} cases hold\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** While one camera is recorded and something moves at the other. */
async function steps(rig: ClockRig, byMs: number): Promise<void> {
  await rig.untilRecording();
  const beganMs = (await rig.timeline(rig.door)).segments[0]?.startMs ?? 0;
  const motionMs = Date.now();
  rig.togglesMotion();
  await rig.reports();
  await rig.recordsFor(2_000);
  await rig.steps(byMs);
  await rig.recordsFor(2_000);
  rig.togglesMotion();
  const lastedMs = Date.now() - motionMs;
  await rig.recordsFor(SETTLED_MS - 2_000);
  await rig.assertSegments(beganMs + byMs);
  await rig.assertLastFrame();
  const gaps = (await rig.assertSegments(beganMs + byMs)).filter(({ reason }) => reason === 'clockChanged');
  assert.ok(gaps.length > 0, 'the change of the clock is told');
  await rig.recordsFor(QUIET_MS);
  await rig.assertEvent(motionMs, lastedMs, 'camera');
  await rig.assertEvent(motionMs, 0, 'sensor');
}

async function suspend(rig: ClockRig): Promise<void> {
  await rig.untilRecording();
  const beganMs = (await rig.timeline(rig.door)).segments[0]?.startMs ?? 0;
  await rig.recordsFor(3_000);
  const asleepMs = rig.nowMs;
  await rig.suspends(7_000, 8 * HOUR_MS);
  await rig.recordsFor(SETTLED_MS);
  const gaps = await rig.assertSegments(beganMs, 1);
  const gap = gaps.find(({ reason }) => reason === 'clockChanged');
  assert.ok(gap, 'the sleep is told');
  assert.ok(
    Math.abs(gap.startMs - asleepMs) <= TOLERANCE_MS,
    `it begins ${gap.startMs - asleepMs} ms from when it did`,
  );
  await rig.assertLastFrame();
  const motionMs = Date.now();
  rig.togglesMotion();
  await rig.recordsFor(2_000);
  rig.togglesMotion();
  await rig.assertEvent(motionMs, 2_000, 'camera');
}

/** Recording hours begin with the change; nothing else happens. */
async function changesToSummerTime(rig: ClockRig, changeMs: number): Promise<void> {
  await rig.admin.request('PUT', '/site/time-zone', { timeZone: 'Europe/Paris' });
  await rig.untilOnline();
  assert.ok(rig.nowMs < changeMs, 'the cameras were up in time');
  assert.deepEqual((await rig.timeline(rig.door)).segments, [], 'the hours have not begun');
  await rig.recordsFor(changeMs - rig.nowMs + SETTLED_MS);
  const gaps = await rig.assertSegments(changeMs);
  assert.deepEqual(gaps, []);
}
