/** The seconds before an event, of a camera that is removed while they are being recorded. */

import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { FanOut } from '../../server/core/fan-out.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { createLog } from '../../server/log.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { Recorder } from '../../server/recording/recorder.ts';
import { BEGIN_US, encodedFrames } from '../support/encoded-frames.ts';
import { PLENTY, RecordingRig } from '../support/recording-rig.ts';
import { eventView } from '../support/event-view.ts';

const FRAMES = encodedFrames({ count: 20 });
const BEGIN_MS = BEGIN_US / 1000;
const EVER = [0, Number.MAX_SAFE_INTEGER] as const;

/** An event has begun, and the encoder works on what was before it until `encoded` says that it is done. */
async function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const rig = await RecordingRig.make(context);
  await rig.store.cameras.ensure('cam_1', 'Door', 'v1', 1);
  await rig.store.recordings.setSettings('cam_1', {
    ...DEFAULT_RECORDING,
    mode: 'events',
    preRollSeconds: 5,
  });
  const library = await rig.open();
  const encoded = Promise.withResolvers<EncodedFrame[]>();
  let asked = 0;
  const pictures = new FanOut<[CameraFrame]>(() => undefined);
  const recorder = new Recorder({
    video: {
      subscribe: () => ({ close: () => undefined }),
      requestKeyframe: () => undefined,
      encodeBatch: (frames) => {
        asked += frames.length;
        return encoded.promise;
      },
    },
    pictures: { subscribe: (_cameraId, onFrame) => pictures.subscribe(onFrame) },
    library,
    store: rig.store.recordings,
    limits: PLENTY,
    log: createLog('silent'),
    nowMs: () => BEGIN_MS + 1_000,
  });
  context.after(() => recorder.close());
  recorder.addCamera('cam_1');
  for (const { cameraId, captureUs, width, height } of FRAMES)
    pictures.tell({ cameraId, captureUs, receivedUs: captureUs, width, height, jpeg: new Uint8Array(10) });
  recorder.onEvent(eventView({ startedAtMs: BEGIN_MS + 1_000 }));
  assert.ok(asked > 0, 'they are being encoded');
  /** Both as they are a while later, when whatever was begun has ended. */
  const left = async () => {
    await rig.store.settled();
    return [await library.range('cam_1', ...EVER), await rig.files()];
  };
  return { library, recorder, encoded, left };
}

suite('the seconds before an event', () => {
  test('are recorded', async (context) => {
    const { recorder, encoded, library } = await setUp(context);
    const begun = Promise.withResolvers<void>();
    const begin = library.begin.bind(library);
    context.mock.method(library, 'begin', (...args: Parameters<typeof begin>) => {
      begun.resolve();
      return begin(...args);
    });
    encoded.resolve(FRAMES);
    await begun.promise;
    await recorder.close();
    const [segment, ...others] = await library.range('cam_1', ...EVER);
    assert.deepEqual([segment?.startMs, segment?.open, others], [BEGIN_MS, false, []]);
  });

  test('are recorded whole, although they are more than may wait for a disk', async (context) => {
    const { encoded, library, recorder } = await setUp(context);
    const begun = Promise.withResolvers<void>();
    const begin = library.begin.bind(library);
    context.mock.method(library, 'begin', (...args: Parameters<typeof begin>) => {
      begun.resolve();
      return begin(...args);
    });
    const filling = Buffer.alloc(1024 * 1024);
    encoded.resolve(FRAMES.map((frame) => ({ ...frame, data: Buffer.concat([frame.data, filling]) })));
    await begun.promise;
    await recorder.close();
    const [segment] = await library.range('cam_1', ...EVER);
    assert.ok((segment?.bytes ?? 0) > FRAMES.length * filling.length, `${segment?.bytes} bytes`);
  });

  test('are not recorded once the encoder has them, where the camera was removed meanwhile', async (context) => {
    const { recorder, encoded, library, left } = await setUp(context);
    const begin = context.mock.method(library, 'begin');
    await recorder.removeCamera('cam_1', 'deleted');
    encoded.resolve(FRAMES);
    await new Promise(setImmediate);
    assert.equal(begin.mock.callCount(), 0);
    assert.deepEqual(await left(), [[], []]);
  });

  test('are deleted with the recordings of a camera that is removed while they are being written', async (context) => {
    const { recorder, encoded, library, left } = await setUp(context);
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const begin = library.begin.bind(library);
    context.mock.method(library, 'begin', async (...args: Parameters<typeof begin>) => {
      begun.resolve();
      await goOn.promise;
      return begin(...args);
    });
    encoded.resolve(FRAMES);
    await begun.promise;
    const removed = recorder.removeCamera('cam_1', 'deleted');
    await new Promise(setImmediate);
    goOn.resolve();
    await removed;
    await recorder.close();
    assert.deepEqual(await left(), [[], []]);
  });
});
