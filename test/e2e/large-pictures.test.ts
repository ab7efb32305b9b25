/** A camera with pictures of 4096×3072 pixels and more than 1 MiB: allowed in its page, then seen, recorded and found again. */

import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { after, test } from 'node:test';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { RawPicture } from '../../server/virtual-camera/raw-picture.ts';
import { SensorJpegEncoder } from '../../server/virtual-camera/sensor-jpeg-encoder.ts';
import {
  MAX_JPEG_BYTES,
  MAX_LARGE_FRAME_HEIGHT as HEIGHT,
  MAX_LARGE_FRAME_WIDTH as WIDTH,
  MOTION_CAPABILITY,
} from '../../server/wire/camera-protocol.ts';
import type { EventView } from '../../server/wire/event.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { drawTimeCode } from '../../server/wire/time-code.ts';
import { TestBrowser } from '../support/browser.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** One in two seconds: a full sensor is no source of video, and encodes in a third of a second of one core. */
const FRAME_INTERVAL_MS = 2_000;
const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const gate = await admin.addCamera('Gate');
const pictures = { width: WIDTH, height: HEIGHT, jpegs: [1, 2, 3].map((seconds) => largeJpeg(seconds)) };
const camera = await ScriptedCamera.connect(
  server.cameraUrl,
  gate,
  { capabilities: [MOTION_CAPABILITY], frameIntervalMs: FRAME_INTERVAL_MS },
  pictures,
);
camera.play(1000 / FRAME_INTERVAL_MS);
const page = await browser.open(`${server.url}/camera/${gate.id}`);
const { page: tab } = page;
after(async () => {
  await browser.close();
  camera.close();
  await server.stop();
  browser.assertNoProblems();
});

test('they are refused, with what to do, until an administrator allows them in the camera’s settings', async () => {
  for (const { length } of pictures.jpegs) assert.ok(length > MAX_JPEG_BYTES, `${length} bytes`);
  await page.signIn('admin', server.password);
  await tab.locator('[data-testid=advice][data-code=picturesTooLarge]').waitFor();
  await tab.getByTestId('camera-menu-button').click();
  await tab.getByTestId('camera-settings').click();
  const setting = tab.getByTestId('settings-dialog').locator('[data-setting=largePictures]');
  await setting.locator('wa-switch').click();
  await setting.getByTestId('setting-answer').getByText('Applied').waitFor();
  await tab.goto(server.url);
  await page.untilStatus(gate.id, 'live');
});

test('they are live in full size, one after the other', async () => {
  await until('the video is as large', async () => (await page.videoWidth(gate.id)) === WIDTH);
  for (let i = 0; i < 3; i++) await page.nextTimeCode(gate.id);
  assert.equal(await page.source(gate.id), 'video');
});

test('they are recorded, and the recording plays in full size', async () => {
  const recording = `/cameras/${gate.id}/recording`;
  await admin.request('PUT', recording, { ...DEFAULT_RECORDING, mode: 'continuous' });
  const newest = async () => {
    const range = `from=${Date.now() - 600_000}&to=${Date.now() + 60_000}`;
    const { segments } = await admin.request<Timeline>('GET', `/cameras/${gate.id}/timeline?${range}`);
    return segments[0];
  };
  await until('some pictures are recorded', async () => {
    const segment = await newest();
    return segment && segment.endMs - segment.startMs >= 2 * FRAME_INTERVAL_MS;
  });
  await admin.request('PUT', recording, DEFAULT_RECORDING);
  const { startMs } = await until('the segment is whole', async () => {
    const segment = await newest();
    return segment?.open === false && segment;
  });
  await tab.goto(`${server.url}/camera/${gate.id}/recordings/${startMs + 2_000}`);
  const video = tab.getByTestId('recording-video');
  await until('it plays', () =>
    video.evaluate((element: HTMLVideoElement) => element.currentTime > 0.5 && element.videoWidth),
  );
  assert.deepEqual(
    await video.evaluate(({ videoWidth, videoHeight }: HTMLVideoElement) => [videoWidth, videoHeight]),
    [WIDTH, HEIGHT],
  );
});

test('snapshots are whole, and thumbnails are small', async () => {
  // Nothing else keeps the codec processes busy.
  camera.pause();
  await tab.goto(`${server.url}/events`);
  const snapshot = `/cameras/${gate.id}/snapshot.jpg`;
  assert.deepEqual(await size(snapshot), [WIDTH, HEIGHT]);
  assert.deepEqual(await size(`${snapshot}?width=320`), [320, 240]);
  camera.sense(true);
  const { id } = await until('the event has its thumbnail', async () =>
    (await admin.request<EventView[]>('GET', `/cameras/${gate.id}/events`)).find(
      ({ thumbnail }) => thumbnail,
    ),
  );
  const [width = 0] = await size(`/cameras/${gate.id}/events/${id}/thumbnail.jpg`);
  assert.ok(width > 0 && width < 1_000, `${width} pixels wide`);
  await tab.getByTestId('event').locator('img').waitFor();
});

/** @returns width and height of the picture that is there */
async function size(path: string): Promise<number[]> {
  const found = inspectJpeg(await admin.bytes(path));
  return typeof found === 'string' ? assert.fail(found) : [found.width, found.height];
}

/** Grain, as in the dark, so that it is large; a time code, so that pictures are told apart. */
function largeJpeg(seconds: number): Buffer {
  const picture = new RawPicture(WIDTH, HEIGHT);
  randomFillSync(picture.luma);
  for (let i = 0; i < picture.luma.length; i++) picture.luma[i] = 100 + ((picture.luma[i] ?? 0) >> 3);
  picture.cb.fill(128);
  picture.cr.fill(128);
  drawTimeCode(picture.bytes, WIDTH, WIDTH, HEIGHT, seconds * 1_000_000);
  const encoder = new SensorJpegEncoder(WIDTH, HEIGHT);
  const jpeg = encoder.encode(picture, 16);
  encoder.close();
  return jpeg;
}
