/** The trouble of one camera, and the recordings of another. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { FanOut } from '../../server/core/fan-out.ts';
import { ALWAYS_LIVE, type Liveness } from '../../server/core/link/camera-liveness.ts';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { Recorder, type RecorderOptions } from '../../server/recording/recorder.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { until } from '../support/until.ts';
import { ScriptedVideo } from './scripted-video.ts';

const FRAMES = encodedFrames({ count: 20, keyframeEvery: 1_000 });
const BEGIN_MS = BEGIN_US / 1000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;
const [BAD, GOOD] = ['cam_bad', 'cam_good'] as const;

interface Trouble {
  liveness?: () => Liveness;
  onSubscribe?: () => void;
  spoil?: (frame: EncodedFrame) => EncodedFrame;
}

/** Two cameras that record, the bad one the first of them. */
async function setUp(t: TestContext, trouble: Trouble = {}) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  const good = new ScriptedVideo(FRAMES, BEGIN_MS);
  const bad = new ScriptedVideo(FRAMES, BEGIN_MS);
  const { spoil = (frame: EncodedFrame) => frame } = trouble;
  const video: RecorderOptions['video'] = {
    subscribe: (cameraId, onFrame, demand) => {
      if (cameraId === GOOD)
        return good.subscribe(cameraId, (frame) => onFrame({ ...frame, cameraId }), demand);
      trouble.onSubscribe?.();
      const fanOut = new FanOut<[EncodedFrame]>(() => undefined);
      fanOut.subscribe(onFrame);
      return bad.subscribe(cameraId, (frame) => fanOut.tell(spoil({ ...frame, cameraId })), demand);
    },
    requestKeyframe: (cameraId) => (cameraId === GOOD ? good : bad).requestKeyframe(),
    encodeBatch: () => Promise.resolve([]),
  };
  const recorder = new Recorder({
    video,
    pictures: { subscribe: () => ({ close: () => undefined }) },
    library,
    store: rig.store.recordings,
    liveness: (cameraId) => (cameraId === BAD ? (trouble.liveness?.() ?? ALWAYS_LIVE) : ALWAYS_LIVE),
    limits: PLENTY,
    log: createLog('silent'),
    nowMs: () => good.nowMs,
  });
  t.after(() => recorder.close());
  for (const cameraId of [BAD, GOOD]) {
    await rig.store.cameras.ensure(cameraId, cameraId, 'v1', 1);
    await rig.store.recordings.setSettings(cameraId, { ...DEFAULT_RECORDING, mode: 'continuous' });
    recorder.addCamera(cameraId);
  }
  return {
    rig,
    good,
    recorder,
    /** Both send for a second, and the recorder looks. */
    second: async (): Promise<void> => {
      bad.play(1_000);
      good.play(1_000);
      for (const cameraId of [BAD, GOOD]) await recorder.settled(cameraId);
      t.mock.timers.tick(1_000);
    },
    segments: (cameraId: string) => library.range(cameraId, ...EVER),
    gaps: async (cameraId: string) => {
      await rig.store.settled();
      return rig.store.recordings.gaps(cameraId, ...EVER);
    },
  };
}

suite('one camera’s trouble leaves the recordings of another alone:', () => {
  test('a recorder that throws whenever it is asked', async (t) => {
    const { good, second, recorder, segments, gaps } = await setUp(t, {
      liveness: () => {
        throw new Error('a fault');
      },
    });
    for (let seconds = 0; seconds < 5; seconds++) await second();
    const atUs = good.nowMs * 1000;
    recorder.onClockChanged({ kind: 'stepped', byMs: 1_000, atUs, sinceUs: atUs - 1_000_000 });
    await second();
    await second();
    await until('the other one was cut', async () => (await segments(GOOD)).length === 2);
    // Silence is noticed by the look once a second alone.
    good.nowMs += 30_000;
    t.mock.timers.tick(1_000);
    const reasons = (await gaps(GOOD)).map(({ reason, endMs }) => [reason, endMs === null]);
    assert.deepEqual(reasons, [
      ['clockChanged', false],
      ['cameraOffline', true],
    ]);
    assert.ok((await gaps(BAD)).some(({ reason }) => reason === 'failed'));
    await recorder.close();
    assert.ok((await segments(GOOD)).every(({ open }) => !open));
  });

  test('an encoder that cannot be had, which is tried again', async (t) => {
    let tries = 0;
    const { second, segments, gaps } = await setUp(t, {
      onSubscribe: () => {
        if (tries++ < 2) throw new Error('no encoder');
      },
    });
    for (let seconds = 0; seconds < 15; seconds++) await second();
    const [whole] = await segments(GOOD);
    assert.ok(whole && whole.endMs - whole.startMs > 13_000);
    const [gap, ...others] = await gaps(BAD);
    assert.deepEqual([gap?.reason, gap?.startMs, others.length], ['failed', BEGIN_MS, 0]);
    assert.equal(gap?.endMs, (await segments(BAD))[0]?.startMs);
    assert.equal(tries, 3);
  });

  test('frames that cannot be written, which say nothing about the disk', async (t) => {
    const { rig, second, segments, gaps, recorder } = await setUp(t, {
      spoil: (frame) => ({ ...frame, data: undefined as unknown as Uint8Array }),
    });
    for (let seconds = 0; seconds < 10; seconds++) await second();
    const [whole] = await segments(GOOD);
    assert.ok(whole && whole.endMs - whole.startMs > 8_000);
    assert.equal((await gaps(BAD))[0]?.reason, 'failed');
    await recorder.close();
    assert.deepEqual(await segments(BAD), []);
    assert.equal((await rig.files()).length, 1);
  });

  test('a folder that cannot be made', async (t) => {
    const { rig, second, segments, gaps } = await setUp(t);
    await writeFile(join(rig.folder, BAD), 'in the way');
    for (let seconds = 0; seconds < 10; seconds++) await second();
    const [whole] = await segments(GOOD);
    assert.ok(whole && whole.endMs - whole.startMs > 8_000);
    assert.equal((await gaps(BAD))[0]?.reason, 'diskFull');
  });
});
