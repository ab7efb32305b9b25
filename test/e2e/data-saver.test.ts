/** The data saver, and pictures no larger than they are shown: with the real encoder and the real browser. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door, FULL_RATE);
const page = await browser.open(server.url);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

const CAMERA_WIDTH = 640;
const width = async () => (await page.videoWidth(door.id)) ?? 0;
const isSmall = async () => (await width()) > 0 && (await width()) < CAMERA_WIDTH;
const isWhole = async () => (await width()) === CAMERA_WIDTH;

test('a viewer who saves data is sent a smaller picture, also after coming back', async () => {
  await page.signIn('admin', server.password);
  await page.untilStatus(door.id, 'live');
  await until('the whole picture is shown', isWhole);
  await page.page.getByTestId('quality-menu').click();
  await page.page.getByTestId('quality-minimum').click();
  await until('a smaller picture is shown', isSmall);
  await page.page.reload();
  await page.untilStatus(door.id, 'live');
  assert.ok(await isSmall());
  assert.match((await page.page.getByTestId('quality-menu').textContent()) ?? '', /Minimum/);
});

test('the whole picture returns with the full quality', async () => {
  await page.page.getByTestId('quality-menu').click();
  await page.page.getByTestId('quality-full').click();
  await until('the whole picture is shown', isWhole);
});
