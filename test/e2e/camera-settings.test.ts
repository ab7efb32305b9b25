import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import type { CameraView } from '../../server/wire/camera.ts';
import type { AdjustableSettings } from '../../server/wire/camera-settings.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const camera = await admin.addCamera('Front door');
let process = startCamera(server.cameraUrl, camera);
const { page } = await browser.open(`${server.url}/camera/${camera.id}`);
after(async () => {
  await browser.close();
  await process.stop();
  await server.stop();
  // A setting that the camera rejects is answered with an error status, which the console shows.
  browser.assertNoProblems(/status of 50[23]/);
});

const dialog = page.getByTestId('settings-dialog');
const setting = (name: string) => dialog.locator(`[data-setting=${name}]`);
const answer = (name: string) => setting(name).getByTestId('setting-answer');
/** Also waits until the list has closed: a click while it closes opens none. */
const choose = async (name: string, option: Locator): Promise<void> => {
  await setting(name).locator('wa-select').click();
  await option.click();
  await option.waitFor({ state: 'hidden' });
};
const stored = () => admin.request<AdjustableSettings>('GET', `/cameras/${camera.id}/settings`);

test('a setting in the dialog changes the picture beside it, and is kept', async () => {
  await page.locator('[data-testid=username] input').fill('admin');
  await page.locator('[data-testid=password] input').fill(server.password);
  await page.getByTestId('sign-in').click();
  await page.locator('vigie-camera-page vigie-camera [data-status=live]').waitFor();
  await page.getByTestId('camera-menu-button').click();
  await page.getByTestId('camera-settings').click();
  await setting('frameSize').locator('wa-select').click();
  await setting('frameSize').getByText('QVGA · 320 × 240').click();
  await answer('frameSize').getByText('Applied').waitFor();
  const video = dialog.locator('vigie-camera video').first();
  await until('the picture is smaller', () =>
    video.evaluate((element) => (element as HTMLVideoElement).videoWidth === 320),
  );
  await setting('hMirror').locator('wa-switch').click();
  await answer('hMirror').getByText('Applied').waitFor();
  const exposure = setting('exposure').getByRole('slider');
  await exposure.focus();
  await exposure.press('ArrowRight');
  await exposure.press('ArrowRight');
  await answer('exposure').getByText('Applied').waitFor();
  await until('all of it is kept', async () => (await stored()).exposure === 2);
  assert.deepEqual(await stored(), { frameSize: 'QVGA', hMirror: true, exposure: 2 });
});

test('the quality slider is finer to the right', async () => {
  const quality = setting('jpegQuality').getByRole('slider');
  await quality.focus();
  await quality.press('ArrowRight');
  await answer('jpegQuality').getByText('Applied').waitFor();
  assert.equal((await stored()).jpegQuality, 11);
});

test('a confirmed restart brings the camera back with its settings', async () => {
  await dialog.getByTestId('reboot-camera').click();
  await dialog.getByTestId('reboot-answer').getByText('Restarting').waitFor();
  await until('it is back with its size', async () => {
    const { status, telemetry } = await admin.request<CameraView & { telemetry?: { resetReason: string } }>(
      'GET',
      `/cameras/${camera.id}/status`,
    );
    return status === 'online' && telemetry?.resetReason === 'software';
  });
});

test('while the camera is offline the controls are disabled, and the reason is shown', async () => {
  await process.stop();
  await dialog.getByTestId('settings-obstacle').getByText('The camera is offline').waitFor();
  assert.equal(await setting('flash').getByRole('slider').isDisabled(), true);
  await setting('largePictures').locator('wa-switch').click();
  await answer('largePictures').getByText('Applied').waitFor();
  assert.equal((await stored()).largePictures, true, 'what only the server goes by needs no camera');
  await choose('pictureIntervalMs', setting('pictureIntervalMs').getByText('1 h', { exact: true }));
  await answer('pictureIntervalMs').getByText('Applied').waitFor();
  assert.equal((await stored()).pictureIntervalMs, 3_600_000);
  await choose('pictureIntervalMs', setting('pictureIntervalMs').getByText('As the camera says'));
  await until('it is learnt again', async () => (await stored()).pictureIntervalMs === 0);
  process = startCamera(server.cameraUrl, camera);
  await dialog.getByTestId('settings-obstacle').waitFor({ state: 'detached' });
  assert.equal(await setting('flash').getByRole('slider').isDisabled(), false);
});
