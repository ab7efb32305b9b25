import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';

// No disk has as much free space as this server is told to leave.
const server = await ServerProcess.start({ env: { VIGIE_RECORDING_FREE_FLOOR: '900T' } });
const admin = await server.admin();
const camera = await admin.addCamera('Door');
await admin.addViewer('anna', 'a password of her own', [camera.id]);
const device = startCamera(server.cameraUrl, camera);
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await device.stop();
  await server.stop();
  browser.assertNoProblems();
});

function record(mode: 'continuous' | 'off'): Promise<unknown> {
  return admin.request('PUT', `/cameras/${camera.id}/recording`, { ...DEFAULT_RECORDING, mode });
}

test('stopped recording is reported to administrators at once and on every page, until it continues', async () => {
  const [own, hers] = [await browser.open(server.url), await browser.open(server.url)];
  await own.signIn('admin', server.password);
  await hers.signIn('anna', 'a password of her own');
  const alarm = own.page.getByTestId('recording-alarm');
  assert.equal(await alarm.count(), 0);
  await record('continuous');
  await alarm.getByText('disk is full').waitFor();
  await own.page.getByRole('link', { name: 'Users' }).click();
  await alarm.getByText('resumes automatically').waitFor();
  await own.page.reload();
  await alarm.getByText('disk is full').waitFor();
  assert.equal(await hers.page.getByTestId('recording-alarm').count(), 0);
  await record('off');
  await alarm.waitFor({ state: 'detached' });
});
