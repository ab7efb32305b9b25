import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite, test, type TestContext } from 'node:test';
import { wallTimeIn } from '../../server/core/local-time.ts';
import type { QuotaLimits } from '../../server/core/recording/quota-ring.ts';
import { ALWAYS_LIVE } from '../../server/core/link/camera-liveness.ts';
import { createLog } from '../../server/log.ts';
import { CameraRecorder } from '../../server/recording/camera-recorder.ts';
import { RecordingGaps } from '../../server/recording/recording-gaps.ts';
import type { RecordingSettings } from '../../server/wire/recording.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { ScriptedVideo } from './scripted-video.ts';

const FRAMES = encodedFrames({ count: 20, keyframeEvery: 1_000 });
const BEGIN_MS = BEGIN_US / 1000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

async function setUp(
  t: TestContext,
  settings: Partial<RecordingSettings> = {},
  limits: QuotaLimits = PLENTY,
) {
  const rig = await RecordingRig.make(t);
  const library = await rig.open(limits);
  const video = new ScriptedVideo(FRAMES, BEGIN_MS);
  const log = createLog('silent');
  const gaps = new RecordingGaps('cam_1', rig.store.recordings, log);
  const camera = { liveness: ALWAYS_LIVE };
  const recorder = new CameraRecorder(
    {
      cameraId: 'cam_1',
      video,
      library,
      gaps,
      localTime: () => wallTimeIn('UTC', video.nowMs),
      liveness: () => camera.liveness,
      log,
      nowMs: () => video.nowMs,
    },
    { ...DEFAULT_RECORDING, mode: 'continuous', ...settings },
  );
  t.after(() => recorder.close());
  return {
    rig,
    library,
    video,
    camera,
    recorder,
    segments: () => library.range('cam_1', ...EVER),
    gaps: async () => {
      await rig.store.idle;
      return rig.store.recordings.gaps('cam_1', ...EVER);
    },
    /** The camera sends for `ms`, and the recorder is asked once a second; the disk keeps up. */
    run: async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        for (let part = 0; part < 5; part++) {
          video.play(200);
          await recorder.settled();
          // The disk's answers come in turns of the event loop.
          await nextTurn();
        }
        recorder.update();
      }
    },
  };
}

suite('a camera’s recorder', () => {
  test('cuts what comes into recordings of at most a minute, without a frame lost between them', async (t) => {
    const { recorder, library, segments, run } = await setUp(t);
    recorder.update();
    await run(150);
    await recorder.close();
    const found = await segments();
    assert.equal(found.length, 3);
    for (const [index, segment] of found.entries()) {
      assert.ok(segment.endMs - segment.startMs <= 60_000);
      const next = found[index + 1];
      if (next) assert.equal(next.startMs, segment.endMs, 'each picture lasts until the next');
      const { packets, durationSeconds } = await readWebm(library.pathOf(segment));
      assert.equal(packets[0]?.keyframe, true);
      assert.ok(Math.abs(durationSeconds * 1000 - (segment.endMs - segment.startMs)) < 50);
    }
  });

  test('ends a recording within a minute although no keyframe comes', async (t) => {
    const { recorder, video, segments, run } = await setUp(t);
    recorder.update();
    await run(1);
    video.makesKeyframes = false;
    await run(70);
    await recorder.close();
    const [segment, ...others] = await segments();
    assert.ok(segment && others.length === 0, 'the next one waits for a keyframe');
    assert.ok(segment.endMs - segment.startMs <= 60_000, `${segment.endMs - segment.startMs} ms`);
  });

  test('ends a recording when the camera’s clock is set back, and begins another', async (t) => {
    const { recorder, video, segments, run } = await setUp(t);
    recorder.update();
    await run(5);
    video.nowMs -= 3_600_000;
    video.requestKeyframe();
    await run(5);
    await recorder.close();
    const found = await segments();
    assert.equal(found.length, 2);
    for (const { startMs, endMs } of found) assert.ok(endMs > startMs && endMs - startMs < 6_000);
  });

  test('has a keyframe every two seconds to seek to', async (t) => {
    const { recorder, library, segments, run } = await setUp(t);
    recorder.update();
    await run(20);
    await recorder.close();
    const [segment] = await segments();
    assert.ok(segment);
    const keyframes = (await readWebm(library.pathOf(segment))).packets.filter(({ keyframe }) => keyframe);
    assert.ok(keyframes.length >= 9 && keyframes.length <= 11, `${keyframes.length}`);
  });

  test('asks for the recording’s own frame rate and bitrate, and at once for another', async (t) => {
    const { recorder, video, run } = await setUp(t, { fps: 8, bitrateBps: 400_000 });
    recorder.update();
    assert.deepEqual(video.demand, { maxFps: 8, bitrateBps: 400_000 });
    await run(2);
    recorder.setSettings({ ...DEFAULT_RECORDING, mode: 'continuous', fps: 15, bitrateBps: 400_000 });
    assert.deepEqual(video.demand, { maxFps: 15, bitrateBps: 400_000 });
  });

  test('begins a new recording when the pictures’ size changes', async (t) => {
    const { recorder, video, segments, run } = await setUp(t);
    recorder.update();
    await run(3);
    video.resize(640, 480);
    await run(3);
    await recorder.close();
    assert.deepEqual(
      (await segments()).map(({ width }) => width),
      [320, 640],
    );
  });

  test('switched off it lets the camera go, and there is no gap', async (t) => {
    const { recorder, video, gaps, run } = await setUp(t);
    recorder.update();
    await run(2);
    recorder.setSettings({ ...DEFAULT_RECORDING, mode: 'off' });
    assert.equal(video.subscribed, false);
    assert.deepEqual(await gaps(), []);
  });

  test('a camera that falls silent leaves a gap that says so, until it is back', async (t) => {
    const { recorder, video, segments, gaps, run } = await setUp(t);
    recorder.update();
    await run(3);
    video.nowMs += 30_000;
    recorder.update();
    const [open] = await gaps();
    assert.deepEqual([open?.reason, open?.endMs], ['cameraOffline', null]);
    video.requestKeyframe();
    await run(3);
    await recorder.close();
    const [first, second] = await segments();
    const [gap] = await gaps();
    assert.ok(first && second && gap && gap.endMs !== null);
    assert.ok(gap.startMs >= first.endMs && gap.endMs === second.startMs);
  });

  test('records what happens, from the event on until its post-roll is over', async (t) => {
    const { recorder, video, segments, gaps, run } = await setUp(t, { mode: 'events', protectEvents: true });
    recorder.update();
    await run(5);
    assert.equal(video.subscribed, false);
    recorder.keepUntil(Infinity);
    await run(8);
    recorder.keepUntil(video.nowMs + 3_000);
    await run(10);
    assert.equal(video.subscribed, false);
    await recorder.close();
    const [segment, ...others] = await segments();
    assert.ok(segment && others.length === 0);
    assert.equal(segment.protected, true);
    const seconds = (segment.endMs - segment.startMs) / 1000;
    assert.ok(seconds > 9.5 && seconds < 12.5, `${seconds} s`);
    assert.deepEqual(await gaps(), []);
  });

  test('records only while its schedule says so', async (t) => {
    const never = { days: [(new Date(BEGIN_MS).getDay() + 3) % 7], from: '10:00', to: '11:00' };
    const { recorder, video } = await setUp(t, { schedule: [never] });
    recorder.update();
    assert.equal(video.subscribed, false);
  });

  test('without room it says why, tries again, and goes on when there is room', async (t) => {
    const { recorder, library, segments, gaps, run } = await setUp(t, {}, { ...PLENTY, totalBytes: 30_000 });
    recorder.update();
    for (let tries = 0; tries < 100 && (await gaps()).length === 0; tries++) await run(1);
    assert.deepEqual(
      (await gaps()).map(({ reason, endMs }) => [reason, endMs]),
      [['quotaFull', null]],
    );
    library.setLimits(PLENTY);
    await run(12);
    await recorder.close();
    assert.ok((await gaps()).every(({ endMs }) => endMs !== null));
    const last = (await segments()).at(-1);
    assert.ok(last && last.endMs - last.startMs > 2_000);
  });

  test('whose first file cannot be made has a gap from its first picture on', async (t) => {
    const { recorder, library, video, gaps } = await setUp(t);
    t.mock.method(library, 'begin', () => Promise.reject(new Error('no disk')));
    recorder.update();
    video.play(200);
    await recorder.settled();
    assert.deepEqual(
      (await gaps()).map(({ reason, startMs, endMs }) => [reason, startMs, endMs]),
      [['diskFull', Math.floor(BEGIN_MS), null]],
    );
  });

  test('goes on where the file of an ended segment cannot be made, and has a gap of that segment', async (t) => {
    const { recorder, library, video, gaps } = await setUp(t);
    const begun = Promise.withResolvers<never>();
    const begin = t.mock.method(library, 'begin', () => begun.promise);
    recorder.update();
    video.play(400);
    video.resize(640, 480);
    begin.mock.restore();
    video.play(400);
    begun.reject(new Error('no disk'));
    await recorder.settled();
    assert.equal(recorder.recording, true);
    const [startMs, endMs] = [Math.floor(BEGIN_MS), Math.floor(BEGIN_MS) + 400];
    assert.deepEqual(
      (await gaps()).map((gap) => [gap.reason, gap.startMs, gap.endMs]),
      [['diskFull', startMs, endMs]],
    );
  });
});
