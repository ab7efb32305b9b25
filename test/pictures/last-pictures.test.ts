import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { unmappedTime } from '../../server/core/site-clock.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { createLog } from '../../server/log.ts';
import { LastPictures } from '../../server/pictures/last-pictures.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TAKEN_US = 1_795_439_105_000_000;
const NOW_US = TAKEN_US + 3_600_000_000;
const [first, second] = jpegPictures({ width: 16, height: 16, count: 2 });
assert.ok(first && second);

const frame = (cameraId: string, jpeg: Buffer, captureUs = TAKEN_US): CameraFrame => ({
  cameraId,
  jpeg,
  width: 16,
  height: 16,
  captureUs,
  receivedUs: captureUs + 1_000,
});

/** One start of the server. */
function starter(context: TestContext) {
  const dataDir = temporaryFolder(context);
  const log = createLog('silent');
  const off = new Set<string>();
  const cameraIds = ['cam_1', 'cam/2'];
  const start = async () => {
    const hub = new FrameHub(log, (cameraId) => off.has(cameraId));
    const pictures = await LastPictures.open({
      dataDir,
      frames: hub,
      cameras: { list: () => cameraIds.map((id) => ({ id })) },
      isOff: (cameraId) => off.has(cameraId),
      dates: unmappedTime(),
      nowUs: () => NOW_US,
      log,
    });
    return { hub, pictures };
  };
  const files = (): string[] => readdirSync(join(dataDir, 'last-pictures')).toSorted();
  return { start, off, cameraIds, files, folder: join(dataDir, 'last-pictures') };
}

suite('last pictures', () => {
  test('after a restart a camera has its last picture, with its time, until a new one comes', async (context) => {
    const { start } = starter(context);
    const before = await start();
    before.hub.publish(frame('cam_1', first));
    before.hub.publish(frame('cam/2', second));
    await before.pictures.close();
    const { hub, pictures } = await start();
    const restored = hub.latest('cam_1');
    assert.deepEqual(
      [restored?.width, restored?.height, restored?.captureUs, Buffer.from(restored?.jpeg ?? [])],
      [16, 16, TAKEN_US, first],
    );
    assert.deepEqual(Buffer.from(hub.latest('cam/2')?.jpeg ?? []), second);
    hub.publish(frame('cam_1', second, NOW_US));
    assert.equal(hub.latest('cam_1')?.captureUs, NOW_US);
    await pictures.close();
  });

  test('a picture is kept when its camera goes offline, without the end of the server', async (context) => {
    const { start, files } = starter(context);
    const { hub, pictures } = await start();
    hub.publish(frame('cam_1', first));
    pictures.onOffline('cam_1');
    await pictures.close();
    assert.deepEqual(files(), ['cam_1.jpg']);
    // The server has lost its power since.
    const later = await start();
    assert.ok(later.hub.latest('cam_1'));
    await later.pictures.close();
  });

  test('nothing is kept of a camera that is switched off or removed', async (context) => {
    const { start, off, cameraIds, files } = starter(context);
    const { hub, pictures } = await start();
    for (const id of cameraIds) hub.publish(frame(id, first));
    for (const id of cameraIds) pictures.onOffline(id);
    off.add('cam_1');
    pictures.switchCamera('cam_1', true);
    pictures.removeCamera('cam/2');
    cameraIds.pop();
    await pictures.close();
    assert.deepEqual(files(), []);
  });

  test('a camera that was switched off or removed meanwhile gets nothing back', async (context) => {
    const { start, off, cameraIds, files } = starter(context);
    const before = await start();
    for (const id of cameraIds) before.hub.publish(frame(id, first));
    await before.pictures.close();
    off.add('cam_1');
    cameraIds.pop();
    const { hub, pictures } = await start();
    assert.equal(hub.latest('cam_1'), undefined);
    assert.deepEqual(files(), []);
    await pictures.close();
  });

  test('a file that is no picture is removed', async (context) => {
    const { start, files, folder } = starter(context);
    const before = await start();
    before.hub.publish(frame('cam_1', first));
    await before.pictures.close();
    writeFileSync(join(folder, 'cam_1.jpg'), first.subarray(0, 40));
    writeFileSync(join(folder, 'cam_1.jpg.new'), first);
    const { hub, pictures } = await start();
    assert.equal(hub.latest('cam_1'), undefined);
    assert.deepEqual(files(), []);
    await pictures.close();
  });
});
