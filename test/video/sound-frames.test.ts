import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { createLog } from '../../server/log.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { SoundFrames } from '../../server/video/sound-frames.ts';
import { Transcoder, TRANSCODER_DEFAULTS } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { until } from '../support/until.ts';
import { publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';

const CAMERA: TestCamera = {
  cameraId: 'door',
  width: 320,
  height: 240,
  jpegs: jpegPictures({ width: 320, height: 240, count: 3 }),
};
const [GOOD = Buffer.alloc(0)] = CAMERA.jpegs;
/** Cut in the middle, with an end put behind: every marker is there. */
const CUT = Buffer.concat([GOOD.subarray(0, GOOD.length / 2), Buffer.from('ffd9', 'hex')]);

function setUp(t: TestContext) {
  const log = createLog('silent');
  const state = { off: false };
  const hub = new FrameHub(log, () => state.off);
  const transcoder = new Transcoder(hub, log, { pool: { ...TRANSCODER_DEFAULTS.pool, size: 1 } });
  t.after(() => transcoder.close());
  const refused: string[] = [];
  transcoder.on('refused', (cameraId, { kind }, inARow) => refused.push(`${cameraId} ${kind} ${inARow}`));
  const jpeg = async (): Promise<Buffer | undefined> => {
    const frame = await transcoder.soundFrame(CAMERA.cameraId);
    return frame && Buffer.from(frame.jpeg);
  };
  const switchCamera = (off: boolean): void => {
    state.off = off;
    hub.switchCamera(CAMERA.cameraId, off);
    transcoder.switchCamera(CAMERA.cameraId, off);
  };
  return { hub, transcoder, refused, jpeg, switchCamera };
}

const frame = (receivedUs: number): CameraFrame => ({
  cameraId: 'door',
  jpeg: GOOD,
  width: 320,
  height: 240,
  captureUs: receivedUs,
  receivedUs,
});

suite('sound pictures', () => {
  test('the newest is decoded when it is asked for, and where it is refused the last good one stands in', async (t) => {
    const { hub, refused, jpeg } = setUp(t);
    assert.equal(await jpeg(), undefined, 'none came');
    publish(hub, CAMERA, 0, CUT);
    assert.equal(await jpeg(), undefined, 'none decodes');
    publish(hub, CAMERA, 1);
    assert.deepEqual(await jpeg(), CAMERA.jpegs[1]);
    publish(hub, CAMERA, 0, CUT);
    assert.deepEqual(await jpeg(), CAMERA.jpegs[1]);
    assert.deepEqual(await jpeg(), CAMERA.jpegs[1], 'it is refused once');
    assert.deepEqual(refused, ['door undecodable 1', 'door undecodable 1']);
  });

  test('those who ask at the same time share one decode', async (t) => {
    const { hub, refused, jpeg } = setUp(t);
    publish(hub, CAMERA, 0, CUT);
    assert.deepEqual(await Promise.all([jpeg(), jpeg(), jpeg()]), [undefined, undefined, undefined]);
    assert.equal(refused.length, 1);
  });

  test('pictures that are decoded for a viewer count, and are not decoded again', async (t) => {
    const { hub, transcoder, refused, jpeg } = setUp(t);
    const seen = new SeenFrames(transcoder, CAMERA.cameraId);
    publish(hub, CAMERA, 0);
    await seen.count(1);
    for (let count = 1; count <= 3; count++) {
      publish(hub, CAMERA, 0, Buffer.from(CUT));
      await until('the decoder has refused it', () => refused.length === count);
    }
    assert.deepEqual(refused, ['door undecodable 1', 'door undecodable 2', 'door undecodable 3']);
    assert.deepEqual(await jpeg(), GOOD);
    assert.equal(refused.length, 3);
  });

  test('a camera that is removed leaves nothing', async (t) => {
    const { hub, transcoder, jpeg } = setUp(t);
    publish(hub, CAMERA, 0);
    assert.deepEqual(await jpeg(), GOOD);
    hub.removeCamera(CAMERA.cameraId);
    transcoder.removeCamera(CAMERA.cameraId);
    assert.equal(await jpeg(), undefined);
  });

  test('a picture that is decoded while its camera is switched off does not stand in afterwards', async (t) => {
    const { hub, transcoder, jpeg, switchCamera } = setUp(t);
    publish(hub, CAMERA, 0);
    const latest = hub.latest(CAMERA.cameraId) ?? assert.fail('no picture');
    const [asked, scaled] = [jpeg(), transcoder.scaleFrame(latest, 160)];
    switchCamera(true);
    switchCamera(false);
    publish(hub, CAMERA, 0, CUT);
    await Promise.allSettled([asked, scaled]);
    assert.equal(await jpeg(), undefined);
  });

  test('an older picture that is decoded later does not take the place of a newer one', () => {
    const frames = new SoundFrames(() => undefined);
    const newer = frame(2);
    frames.onVerdict(newer, undefined);
    frames.onVerdict(frame(1), undefined);
    assert.equal(frames.latest('door'), newer);
  });
});
