/** The time in which the server was away, in the gaps of a camera. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { RecordedCamera } from '../../server/recording/recorded-camera.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 25 });
const END_MS = (FRAMES.at(-1)?.captureUs ?? 0) / 1000;
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

interface Case {
  title: string;
  awayMs: number;
  mode: 'continuous' | 'events';
  isRecorded: boolean;
  reasons: string[];
}

const CASES: Case[] = [
  {
    title: 'the time since its last recording is a gap of a camera that is recorded always',
    awayMs: HOUR_MS,
    mode: 'continuous',
    isRecorded: true,
    reasons: ['serverDown'],
  },
  {
    title: 'a restart of a few seconds is no gap',
    awayMs: 4 * SECOND_MS,
    mode: 'continuous',
    isRecorded: true,
    reasons: [],
  },
  {
    title: 'a camera that is recorded at events misses nothing while the server is away',
    awayMs: HOUR_MS,
    mode: 'events',
    isRecorded: true,
    reasons: [],
  },
  {
    title: 'a camera that was never recorded misses nothing while the server is away',
    awayMs: HOUR_MS,
    mode: 'continuous',
    isRecorded: false,
    reasons: [],
  },
];

async function start(rig: RecordingRig, { awayMs, mode, isRecorded }: Omit<Case, 'title' | 'reasons'>) {
  await rig.store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  const library = await rig.open();
  if (isRecorded) await recordAll(library, FRAMES);
  await rig.store.settled();
  const camera = new RecordedCamera(
    'cam_1',
    { ...DEFAULT_RECORDING, mode },
    {
      video: {
        subscribe: () => ({ close: () => undefined }),
        requestKeyframe: () => undefined,
        encodeBatch: () => Promise.resolve([]),
      },
      pictures: { subscribe: () => ({ close: () => undefined }) },
      library,
      store: rig.store.recordings,
      log: createLog('silent'),
      nowMs: () => END_MS + awayMs,
      dates: unmappedTime(),
      timeZone: () => 'UTC',
    },
  );
  camera.start();
  await rig.store.settled();
  const gaps = await rig.store.recordings.gaps('cam_1', ...EVER);
  await camera.close();
  return gaps;
}

for (const { title, reasons, ...how } of CASES)
  test(title, async (context) => {
    const rig = await RecordingRig.make(context);
    const expected = reasons.map((reason) => ({ startMs: END_MS, endMs: END_MS + how.awayMs, reason }));
    assert.deepEqual(await start(rig, how), expected);
  });

test('a gap that was open when the server ended ends at the start, and gaps of a year ago are forgotten', async (context) => {
  const rig = await RecordingRig.make(context);
  const { recordings, cameras } = rig.store;
  await cameras.ensure('cam_1', 'Door', 'v1', 1);
  const beganMs = BEGIN_US / 1000 - HOUR_MS;
  await recordings.addGap('cam_1', 'cameraOffline', beganMs, null);
  await recordings.addGap('cam_1', 'cameraOffline', 1000, 2000);
  const gaps = await start(rig, { awayMs: SECOND_MS, mode: 'continuous', isRecorded: false });
  assert.deepEqual(gaps, [{ startMs: beganMs, endMs: END_MS + SECOND_MS, reason: 'cameraOffline' }]);
});
