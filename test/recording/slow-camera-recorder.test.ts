/** Tests the recorder with pictures that come seldom, are repeated, or end. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { CameraLiveness } from '../../server/core/link/camera-liveness.ts';
import { wallTimeIn } from '../../server/core/local-time.ts';
import { createLog } from '../../server/log.ts';
import { CameraRecorder } from '../../server/recording/camera-recorder.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { RecordingGaps } from '../../server/recording/recording-gaps.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { readWebm } from '../support/read-webm.ts';
import { RecordingRig } from '../support/recording-rig.ts';
import { ScriptedVideo } from './scripted-video.ts';

const FRAMES = encodedFrames({ count: 20, keyframeEvery: 1_000 });
const BEGIN_MS = BEGIN_US / 1000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;
const HOUR_MS = 3_600_000;

/** A camera whose every picture is judged as the server does it. @param declaredMs what it says its pictures are apart */
async function setUp(t: TestContext, declaredMs?: number, lastPictureUs?: number) {
  const rig = await RecordingRig.make(t);
  const library = await rig.open();
  const video = new ScriptedVideo(FRAMES, BEGIN_MS);
  const log = createLog('silent');
  const gaps = new RecordingGaps('cam_1', rig.store.recordings, log);
  const liveness = new CameraLiveness(lastPictureUs);
  const nowUs = (): number => video.nowMs * 1000;
  const recorder = new CameraRecorder(
    {
      cameraId: 'cam_1',
      video,
      library,
      gaps,
      liveness: () => liveness.at(nowUs()),
      localTime: () => wallTimeIn('UTC', video.nowMs),
      log,
      nowMs: () => video.nowMs,
    },
    { ...DEFAULT_RECORDING, mode: 'continuous' },
  );
  t.after(() => recorder.close());
  liveness.setPace(declaredMs, undefined);
  liveness.onConnected(nowUs());
  recorder.update();
  let picture = 0;
  /** Time passes without a picture; the recorder is asked once a second, and the disk keeps up. */
  const wait = async (ms: number): Promise<void> => {
    for (const untilMs = video.nowMs + ms; video.nowMs < untilMs;) {
      video.nowMs = Math.min(untilMs, video.nowMs + 1_000);
      recorder.update();
      await recorder.settled();
    }
  };
  const send = async (): Promise<void> => {
    liveness.onPicture(Buffer.from(String(picture++)), nowUs(), nowUs());
    video.take();
    await recorder.settled();
  };
  const sendEvery = async (ms: number, times: number): Promise<void> => {
    for (let sent = 0; sent < times; sent++) {
      await send();
      await wait(ms);
    }
  };
  const seconds = (ms: number): number => (ms - BEGIN_MS) / 1000;
  return {
    video,
    liveness,
    recorder,
    wait,
    send,
    sendEvery,
    nowUs,
    segments: async () =>
      (await library.range('cam_1', ...EVER)).map((each) => [seconds(each.startMs), seconds(each.endMs)]),
    read: async () =>
      Promise.all((await library.range('cam_1', ...EVER)).map((each) => readWebm(library.pathOf(each)))),
    openId: async () => (await library.range('cam_1', ...EVER)).find(({ open }) => open)?.id,
    inRange: async (fromMs: number, toMs: number) => (await library.range('cam_1', fromMs, toMs)).length,
    marks: async () => {
      await rig.store.idle;
      const found = await rig.store.recordings.gaps('cam_1', ...EVER);
      return found.map(({ reason, startMs, endMs }) => [
        reason,
        seconds(startMs),
        endMs === null ? null : seconds(endMs),
      ]);
    },
    gaps: async () => {
      await rig.store.idle;
      const found = await rig.store.recordings.gaps('cam_1', ...EVER);
      return found.map(({ startMs, endMs }) => [seconds(startMs), endMs === null ? null : seconds(endMs)]);
    },
  };
}

suite('a recorder of a camera', () => {
  test('with a picture every 10 s has segments without a gap between them, and all pictures in them', async (t) => {
    const { recorder, sendEvery, segments, read, gaps } = await setUp(t);
    await sendEvery(10_000, 15);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 60],
      [60, 120],
      [120, 150],
    ]);
    assert.deepEqual(await gaps(), []);
    const pictures = (await read()).map(({ packets }) => packets.map(({ seconds }) => Math.round(seconds)));
    assert.deepEqual(pictures, [
      [0, 10, 20, 30, 40, 50],
      [0, 10, 20, 30, 40, 50],
      [0, 10, 20],
    ]);
  });

  test('with a picture an hour has each in a segment that lasts until the next, and is found within it', async (t) => {
    const { recorder, sendEvery, segments, inRange, gaps } = await setUp(t, HOUR_MS);
    await sendEvery(HOUR_MS, 3);
    assert.equal(await inRange(BEGIN_MS + 1_800_000, BEGIN_MS + 1_801_000), 1);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 3600],
      [3600, 7200],
      [7200, 10800],
    ]);
    assert.deepEqual(await gaps(), []);
  });

  test('that stalls for 30 s while somebody watches has a gap of that, and no picture twice', async (t) => {
    const { recorder, video, wait, sendEvery, segments, read, gaps } = await setUp(t);
    await sendEvery(40, 100);
    for (let second = 0; second < 30; second++) {
      video.repeat();
      await wait(1_000);
    }
    await sendEvery(40, 100);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 4],
      [34, 38],
    ]);
    assert.deepEqual(await gaps(), [[4, 34]]);
    for (const { packets } of await read()) {
      assert.equal(packets.length, 100);
      assert.equal(packets[0]?.keyframe, true);
    }
  });

  test('to which viewers join all the time has no two pictures of one moment', async (t) => {
    const { recorder, video, send, wait, read } = await setUp(t);
    for (let sent = 0; sent < 200; sent++) {
      await send();
      await wait(20);
      video.repeat();
      await wait(20);
    }
    await recorder.close();
    const [segment, ...others] = await read();
    assert.ok(segment && others.length === 0);
    assert.equal(segment.packets.length, 200);
    const apart = segment.packets
      .slice(1)
      .map(({ seconds }, index) => seconds - (segment.packets[index]?.seconds ?? 0));
    assert.ok(Math.min(...apart) > 0.03, `${Math.min(...apart)} s`);
    assert.ok(
      segment.packets.every(({ keyframe }) => keyframe),
      'the keyframe that was made last is in it',
    );
  });

  test('that sends a single picture and leaves has a segment of a second', async (t) => {
    const { recorder, liveness, nowUs, send, wait, segments, gaps } = await setUp(t);
    await send();
    await wait(5_000);
    liveness.onDisconnected(nowUs());
    await wait(5_000);
    await recorder.close();
    assert.deepEqual(await segments(), [[0, 1]]);
    assert.deepEqual(await gaps(), [[1, null]]);
  });

  test('that has stalled for long does not begin with its old picture', async (t) => {
    const { recorder, video, wait, send, sendEvery, segments, gaps } = await setUp(t);
    recorder.setSettings({ ...DEFAULT_RECORDING, mode: 'off' });
    await sendEvery(40, 50);
    await wait(60_000);
    recorder.setSettings({ ...DEFAULT_RECORDING, mode: 'continuous' });
    video.repeat();
    await wait(3_000);
    assert.deepEqual(await segments(), []);
    await send();
    await wait(100);
    await send();
    await recorder.close();
    assert.deepEqual(await segments(), [[65, 65.1]]);
    assert.deepEqual(await gaps(), [[62, 65]]);
  });

  test('for a slow camera ends the open segment when the clock is set, without waiting for a picture, and continues with the same one', async (t) => {
    const { recorder, send, wait, segments, read, gaps, openId } = await setUp(t, HOUR_MS);
    await send();
    await wait(20_000);
    assert.deepEqual(await segments(), [[0, 20]]);
    const wanted = (await openId()) ?? assert.fail('no segment is open');
    recorder.onClockChanged(0);
    await wait(1_000);
    assert.notEqual(await openId(), wanted);
    await wait(HOUR_MS - 21_000);
    await send();
    await wait(HOUR_MS);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 20],
      [20, 3600],
      [3600, 7200],
    ]);
    assert.deepEqual(await gaps(), []);
    assert.deepEqual(
      (await read()).map(({ packets }) => packets.map(({ keyframe }) => keyframe)),
      [[true], [true], [true]],
    );
  });

  test('with a picture every two seconds has each of them as a keyframe, so that any of them lasts on in another segment', async (t) => {
    const { recorder, sendEvery, wait, segments } = await setUp(t);
    await sendEvery(2_000, 5);
    recorder.onClockChanged(0);
    await wait(1_000);
    await sendEvery(2_000, 3);
    await recorder.close();
    const [first, second, ...others] = await segments();
    assert.deepEqual([first?.[1], others], [second?.[0], []]);
  });

  test('with a lasting last picture has a gap from its end when no other follows', async (t) => {
    const { recorder, liveness, nowUs, send, wait, segments, gaps } = await setUp(t, HOUR_MS);
    await send();
    await wait(20_000);
    recorder.onClockChanged(0);
    await wait(10_000);
    assert.equal(liveness.at(nowUs()).lastPictureUs, BEGIN_US, 'it is no new picture');
    liveness.onDisconnected(nowUs());
    await wait(2_000);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 20],
      [20, 31],
    ]);
    assert.deepEqual(await gaps(), [[31, null]]);
  });

  test('has no segment of a picture that lasted no longer when it was carried over', async (t) => {
    const { recorder, liveness, nowUs, send, wait, segments } = await setUp(t, 60_000);
    await send();
    await wait(100_000);
    recorder.onClockChanged(0);
    await wait(5_000);
    liveness.onDisconnected(nowUs());
    await wait(1_000);
    await recorder.close();
    assert.deepEqual(await segments(), [[0, 60]]);
  });

  test('is recorded in another quality without a hole until the next picture', async (t) => {
    const { recorder, video, send, wait, segments, gaps } = await setUp(t, HOUR_MS);
    await send();
    await wait(600_000);
    recorder.setSettings({ ...DEFAULT_RECORDING, mode: 'continuous', bitrateBps: 400_000 });
    video.repeat();
    await wait(3_000_000);
    await send();
    await wait(HOUR_MS);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 600],
      [600, 3600],
      [3600, 7200],
    ]);
    assert.deepEqual(await gaps(), []);
  });

  test('that sleeps with its machine has a gap until its next picture, unless the last one still lasts', async (t) => {
    for (const [sleptMs, gapAt] of [
      [600_000, undefined],
      [8 * HOUR_MS, 1800],
    ] as const) {
      const { recorder, send, wait, segments, gaps } = await setUp(t, HOUR_MS);
      await send();
      await wait(1_800_000);
      recorder.onClockChanged(sleptMs);
      await wait(1_800_000);
      await send();
      await wait(60_000);
      await recorder.close();
      assert.deepEqual(await gaps(), gapAt === undefined ? [] : [[gapAt, 3600]]);
      assert.deepEqual(
        await segments(),
        gapAt === undefined
          ? [
              [0, 1800],
              [1800, 3600],
              [3600, 3660],
            ]
          : [
              [0, 1800],
              [3600, 3660],
            ],
      );
    }
  });

  test('whose last picture is from before the start of the server has a gap until the next', async (t) => {
    const { recorder, send, wait, segments, marks } = await setUp(t, HOUR_MS, BEGIN_US - 1_800_000_000);
    await wait(1_800_000);
    await send();
    await wait(60_000);
    await recorder.close();
    assert.deepEqual(await segments(), [[1800, 1860]]);
    assert.deepEqual(await marks(), [['serverDown', 0, 1800]]);
  });

  test('a picture that waits for its file when the segment ends is in it', async (t) => {
    const { recorder, video, liveness, nowUs, wait, segments } = await setUp(t, HOUR_MS);
    liveness.onPicture(Buffer.from('one'), nowUs(), nowUs());
    video.take();
    video.nowMs += 1_500;
    recorder.update();
    recorder.onClockChanged(0);
    await wait(58_500);
    await recorder.close();
    assert.deepEqual(await segments(), [
      [0, 1.5],
      [1.5, 60],
    ]);
  });

  test('whose sensor hangs is recorded and marked, from the first of the equal pictures to the next new one', async (t) => {
    const { recorder, video, liveness, nowUs, wait, sendEvery, segments, marks } = await setUp(t);
    await sendEvery(1_000, 10);
    for (let sent = 0; sent < 130; sent++) {
      liveness.onPicture(Buffer.from('hung'), nowUs(), nowUs());
      video.take();
      await wait(1_000);
    }
    await sendEvery(1_000, 10);
    await recorder.close();
    const all = await segments();
    assert.equal(all[0]?.[0], 0);
    assert.equal(all.at(-1)?.[1], 150);
    for (const [index, [, endS]] of all.entries())
      if (index + 1 < all.length) assert.equal(endS, all[index + 1]?.[0], 'it is recorded as it comes');
    assert.deepEqual(await marks(), [['cameraFrozen', 10, 140]]);
  });

  test('whose sensor hangs until it leaves is marked up to there, and the rest is a gap', async (t) => {
    const { recorder, video, liveness, nowUs, wait, sendEvery, segments, marks } = await setUp(t);
    await sendEvery(1_000, 10);
    for (let sent = 0; sent < 30; sent++) {
      liveness.onPicture(Buffer.from('hung'), nowUs(), nowUs());
      video.take();
      await wait(1_000);
    }
    liveness.onDisconnected(nowUs());
    await wait(60_000);
    await recorder.close();
    const endS = (await segments()).at(-1)?.[1];
    assert.deepEqual(await marks(), [
      ['cameraFrozen', 10, endS],
      ['cameraOffline', endS, null],
    ]);
  });
});
