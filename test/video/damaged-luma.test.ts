import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { CameraLuma } from '../../server/video/camera-luma.ts';
import { CodecPool } from '../../server/video/codec-pool.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { TRANSCODER_DEFAULTS } from '../../server/video/transcoder.ts';
import { until } from '../support/until.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { publish, type TestCamera } from '../support/watched-camera.ts';

const CAMERA: TestCamera = {
  cameraId: 'door',
  width: 320,
  height: 240,
  jpegs: jpegPictures({ width: 320, height: 240, count: 1 }),
};
const NO_PICTURE = Buffer.from('ffd8ffd9', 'hex');

test('a JPEG rejected by a real codec process loses its own luma only', async (t) => {
  const log = createLog('silent');
  const hub = new FrameHub(log);
  const pool = new CodecPool(log, { ...TRANSCODER_DEFAULTS.pool, size: 1 }, serverClock);
  t.after(() => pool.close());
  const rejected: string[] = [];
  const seen: number[] = [];
  const open: CodecPool['open'] = (cameraId, client) =>
    pool.open(cameraId, {
      ...client,
      onRejected: (reason) => {
        rejected.push(reason);
        client.onRejected(reason);
      },
    });
  const luma = new CameraLuma({
    cameraId: CAMERA.cameraId,
    hub,
    pool: { open, onPicture: (...picture) => pool.onPicture(...picture) } as CodecPool,
    clock: serverClock,
    log,
    isEncoded: () => false,
    options: { ...TRANSCODER_DEFAULTS, lumaIntervalMs: 1 },
  });
  t.after(() => luma.close());
  luma.subscribe(({ captureUs }) => seen.push(captureUs));
  await until('the process has read a picture and rejected one', () => {
    publish(hub, CAMERA, 0, rejected.length === 0 ? NO_PICTURE : undefined);
    return rejected.length === 1 && seen.length > 0;
  });
  const before = seen.length;
  await until('the pictures after it are read', () => {
    publish(hub, CAMERA, 0);
    return seen.length > before + 2;
  });
  assert.equal(rejected.length, 1);
});
