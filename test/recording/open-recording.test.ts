/** Recording as the server opens it: what it is given reaches the parts that need it. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ALWAYS_LIVE, type Liveness } from '../../server/core/link/camera-liveness.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { openRecording, type OpenRecordingOptions } from '../../server/recording/open-recording.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { recordAll, RecordingRig } from '../support/recording-rig.ts';

const FRAMES = encodedFrames({ count: 25 });
const HOUR_MS = 3_600_000;
const NOW_MS = BEGIN_US / 1000 + HOUR_MS;
const PETABYTE = 1e15;

/** An hour after a camera was recorded that is to be recorded always. */
async function openLater(context: TestContext, options: Partial<OpenRecordingOptions> = {}) {
  const rig = await RecordingRig.make(context);
  const { store } = rig;
  await store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  await store.recordings.setSettings('cam_1', { ...DEFAULT_RECORDING, mode: 'continuous' });
  await store.retention.setTrustedMs(NOW_MS);
  await recordAll(await rig.open(), FRAMES);
  const recording = await openRecording({
    dataDir: rig.dataDir,
    store,
    limits: { totalBytes: 1e9, freeFloorBytes: 0 },
    video: {
      subscribe: () => ({ close: () => undefined }),
      requestKeyframe: () => undefined,
      encodeBatch: () => Promise.resolve([]),
    },
    pictures: { subscribe: () => ({ close: () => undefined }) },
    onAlarm: () => undefined,
    log: createLog('silent'),
    dates: { dateMs: () => NOW_MS, serverUs: () => NOW_MS * 1000 },
    clockTrust: { view: { problem: null }, isSynchronized: true },
    timeZone: () => 'UTC',
    ...options,
  });
  context.after(() => recording.close());
  return { recording, store };
}

const LIVENESS: [what: string, liveness: Liveness | undefined, reasons: string[]][] = [
  ['is on', ALWAYS_LIVE, ['serverDown']],
  ['is off', { ...ALWAYS_LIVE, status: 'off' }, ['switchedOff']],
  ['has no known state', undefined, ['serverDown']],
];

for (const [what, liveness, reasons] of LIVENESS)
  test(`the time a server was away is a gap of a camera that ${what}, by ${reasons.join()}`, async (context) => {
    const { store } = await openLater(context, liveness && { liveness: () => liveness });
    await store.settled();
    const found = await store.recordings.gaps('cam_1', 0, NOW_MS);
    assert.deepEqual(
      found.map(({ reason }) => reason),
      reasons,
    );
  });

for (const [kind, isTrusted] of [
  ['slept', true],
  ['stepped', false],
] as const)
  test(`after a machine’s clock ${kind}, old recordings are deleted at once: ${isTrusted}`, async (context) => {
    const { recording } = await openLater(context);
    const { retention } = recording.recordings;
    assert.equal(retention.view.waitingForClock, null);
    recording.onClockChanged({ kind, byMs: HOUR_MS, atUs: NOW_MS * 1000, sinceUs: NOW_MS * 1000 });
    assert.equal(retention.view.waitingForClock === null, isTrusted);
  });

test('bytes of a backup in the data folder count as free on the disk that recordings share with it', async (context) => {
  const { recording } = await openLater(context, { passingBytes: () => PETABYTE });
  await recording.library.bytesForExports();
  assert.ok((recording.library.status.freeBytes ?? 0) > PETABYTE);
});
