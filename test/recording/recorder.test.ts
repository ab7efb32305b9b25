import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { Recorder } from '../../server/recording/recorder.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import type { RecordingSettings } from '../../server/wire/recording.ts';
import { until } from '../support/until.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { play, type TestCamera } from '../support/watched-camera.ts';
import { readWebm } from '../support/read-webm.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { eventView } from '../support/event-view.ts';

const TIMEOUT = { timeout: 60_000 };
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;
const CAMERA: TestCamera = {
  cameraId: 'cam_1',
  width: 320,
  height: 240,
  jpegs: jpegPictures({ width: 320, height: 240, count: 20 }),
};

/** The real hub, codec processes, disk and index. */
async function setUp(t: TestContext, settings: Partial<RecordingSettings>) {
  const rig = await RecordingRig.make(t);
  const log = createLog('silent');
  await rig.store.cameras.ensure(CAMERA.cameraId, 'Door', 'v1', Date.now());
  const hub = new FrameHub(log);
  const video = new Transcoder(hub, log);
  t.after(() => video.close());
  const library = await rig.open();
  const { recordings: store } = rig.store;
  const recorder = new Recorder({ video, pictures: hub, library, store, limits: PLENTY, log });
  t.after(() => recorder.close());
  recorder.addCamera(CAMERA.cameraId);
  await recorder.setSettings(CAMERA.cameraId, { ...DEFAULT_RECORDING, ...settings });
  return { rig, hub, video, library, recorder, segments: () => library.range(CAMERA.cameraId, ...EVER) };
}

suite('recording real video', () => {
  test(
    'a camera that records continuously is encoded for it alone, and what is recorded plays',
    TIMEOUT,
    async (t) => {
      const { hub, library, recorder, segments } = await setUp(t, { mode: 'continuous', fps: 10 });
      play(t, hub, CAMERA);
      await until('two seconds are recorded', async () =>
        (await segments()).some(({ startMs, endMs }) => endMs - startMs > 2_000),
      );
      await recorder.close();
      const [segment] = await segments();
      assert.ok(segment);
      const { packets, width } = await readWebm(library.pathOf(segment));
      assert.equal(width, 320);
      assert.equal(packets[0]?.keyframe, true);
      const fps = (packets.length - 1) / ((segment.endMs - segment.startMs) / 1000);
      assert.ok(fps > 4 && fps < 16, `${fps} fps`);
    },
  );

  test('an event is recorded from the seconds before it to those after it', TIMEOUT, async (t) => {
    const { hub, video, library, recorder, segments } = await setUp(t, {
      mode: 'events',
      preRollSeconds: 2,
      postRollSeconds: 1,
      fps: 10,
    });
    play(t, hub, CAMERA);
    let frames = 0;
    const counting = hub.subscribe(CAMERA.cameraId, () => frames++);
    await until('more than the pre-roll has passed', () => frames > 70);
    counting.close();
    assert.equal(video.stats(CAMERA.cameraId)?.encoded ?? 0, 0, 'nothing is encoded while nothing happens');
    const startedMs = serverClock() / 1000;
    const event = eventView({ cameraId: CAMERA.cameraId, startedAtMs: startedMs });
    recorder.onEvent(event);
    await until('the event is being recorded', async () =>
      (await segments()).some(({ open, endMs }) => open && endMs > startedMs + 500),
    );
    recorder.onEvent({ ...event, endedAtMs: serverClock() / 1000 });
    await until('its post-roll is over', () => !recorder.isRecording(CAMERA.cameraId));
    await recorder.close();

    const [before, during, ...others] = await segments();
    assert.ok(before && during && others.length === 0);
    assert.ok(
      before.startMs < startedMs - 1_500 && before.startMs > startedMs - 2_200,
      `${before.startMs - startedMs}`,
    );
    assert.ok(before.endMs <= during.startMs && during.startMs - before.endMs < 400);
    for (const segment of [before, during]) {
      const { packets } = await readWebm(library.pathOf(segment));
      assert.equal(packets[0]?.keyframe, true);
      assert.ok(packets.length > 5);
    }
  });

  for (const [fate, count] of [
    ['kept', 1],
    ['deleted', 0],
  ] as const)
    test(`recordings of a removed camera are ended, and ${fate}`, TIMEOUT, async (t) => {
      const { rig, hub, recorder, segments } = await setUp(t, { mode: 'continuous' });
      play(t, hub, CAMERA);
      await until('something is recorded', async () =>
        (await segments()).some(({ startMs, endMs }) => endMs > startMs),
      );
      await recorder.removeCamera(CAMERA.cameraId, fate);
      assert.deepEqual([(await segments()).length, (await rig.files()).length], [count, count]);
      assert.ok((await segments()).every(({ open }) => !open));
    });

  test('the time a server was away is a gap of its own', TIMEOUT, async (t) => {
    const { rig, hub, video, library, recorder, segments } = await setUp(t, { mode: 'continuous' });
    play(t, hub, CAMERA);
    await until('something is recorded', async () =>
      (await segments()).some(({ startMs, endMs }) => endMs > startMs),
    );
    await recorder.close();
    const endMs = (await segments()).at(-1)?.endMs ?? 0;
    const nowMs = endMs + 3_600_000;
    const { recordings: store } = rig.store;
    const log = createLog('silent');
    const again = new Recorder({
      video,
      pictures: hub,
      library,
      store,
      limits: PLENTY,
      log,
      nowMs: () => nowMs,
    });
    again.addCamera(CAMERA.cameraId);
    t.after(() => again.close());
    await rig.store.idle;
    assert.deepEqual(await store.gaps(CAMERA.cameraId, ...EVER), [
      { startMs: endMs, endMs: nowMs, reason: 'serverDown' },
    ]);
  });
});
