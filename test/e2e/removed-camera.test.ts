/** Removing cameras, as people do: what is lost is said before, what is kept is found again. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { Timeline } from '../../server/wire/recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, shed] = [await admin.addCamera('Front door'), await admin.addCamera('Shed')];
await admin.addViewer('ada', 'a guest of this house', [door.id]);
const cameras = [door, shed].map((camera) => startCamera(server.cameraUrl, camera));
const page = await browser.open(server.url);
await page.signIn('admin', server.password);
const { page: tab } = page;
const dialog = tab.getByTestId('confirm-dialog');
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

async function segmentsOf(cameraId: string) {
  const range = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
  return (await admin.request<Timeline>('GET', `/cameras/${cameraId}/timeline?${range}`)).segments;
}

async function askToRemove(cameraId: string): Promise<void> {
  await page.tile(cameraId).getByTestId('camera-menu-button').click();
  await page.tile(cameraId).getByTestId('remove-camera').click();
  await dialog.getByTestId('losses').waitFor();
}

test('the dialog names what is lost, and what is kept', async () => {
  tab.setDefaultTimeout(8_000);
  for (const { id } of [door, shed]) {
    await admin.request('PUT', `/cameras/${id}/recording`, { ...DEFAULT_RECORDING, mode: 'continuous' });
    await until('two seconds are recorded', async () =>
      (await segmentsOf(id)).some(({ startMs, endMs }) => endMs - startMs > 2_000),
    );
    await admin.request('PUT', `/cameras/${id}/recording`, DEFAULT_RECORDING);
    await until('the segment is closed', async () => (await segmentsOf(id)).every(({ open }) => !open));
  }
  await askToRemove(door.id);
  assert.match(await dialog.getByTestId('losses').innerText(), /key and settings/);
  assert.match(await dialog.getByTestId('kept').innerText(), /[kM]B of recordings are kept/);
  await dialog.getByTestId('confirm-option').click();
  assert.match(await dialog.getByTestId('losses').innerText(), /[kM]B of recordings/);
  await dialog.getByTestId('confirm-option').click();
  await dialog.getByTestId('dialog-submit').click();
  await page.tile(door.id).waitFor({ state: 'detached' });
});

test('a viewer whose only cameras were removed finds their recordings', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('ada', 'a guest of this house');
  await visit.page.getByRole('link', { name: 'Recordings' }).click();
  await visit.page.getByTestId('removed-camera').getByRole('link', { name: 'Front door' }).waitFor();
  await visit.close();
});

test('recordings of a removed camera are found, played and deleted', async () => {
  await tab.goto(`${server.url}/recordings`);
  const removed = tab.getByTestId('removed-camera');
  await removed.getByRole('link', { name: 'Front door' }).click();
  await tab.getByTestId('recordings-title').getByText('Front door: recordings').waitFor();
  await tab.getByText('This camera was removed.').waitFor();
  await until('a picture is shown', () =>
    tab
      .getByTestId('recording-video')
      .evaluate((element: HTMLVideoElement) => element.readyState >= 2 && element.videoWidth > 0),
  );
  assert.equal(await tab.getByTestId('recordings-error').count(), 0);
  await tab.goto(`${server.url}/recordings`);
  await tab.getByTestId('delete-removed-camera').click();
  assert.match(await dialog.getByTestId('losses').innerText(), /[kM]B of recordings \(1 segment\)/);
  await dialog.getByTestId('dialog-submit').click();
  await removed.waitFor({ state: 'detached' });
  assert.deepEqual(await admin.request('GET', '/removed-cameras'), []);
});

test('recordings go with the camera where that is ticked', async () => {
  await tab.goto(server.url);
  await askToRemove(shed.id);
  await dialog.getByTestId('confirm-option').click();
  await dialog.getByTestId('dialog-submit').click();
  await page.tile(shed.id).waitFor({ state: 'detached' });
  await until('they are gone', async () => (await admin.request<[]>('GET', '/removed-cameras')).length === 0);
});
