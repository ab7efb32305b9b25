/** The way of a camera into the app: it is waited for, what is refused is told, and the demo goes when it is live. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import type { Child } from '../support/child-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start({ env: { VIGIE_DEMO: '1' } });
const admin = await server.admin();
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
page.setDefaultTimeout(20_000);
const devices: Child[] = [];
after(async () => {
  await browser.close();
  for (const device of devices) await device.stop();
  await server.stop();
  browser.assertNoProblems();
});

const dialog = page.getByTestId('add-camera-dialog');
let camera: CameraWithKey;

function start(changes: Partial<CameraWithKey> = {}): void {
  devices.push(startCamera(server.cameraUrl, { ...camera, ...changes }));
}

test('the demo says that it is one, and has no time code in its picture', async () => {
  await tab.signIn('admin', server.password);
  await tab.untilStatus('demo', 'live');
  await tab.tile('demo').getByTestId('demo-note').getByText('Demo').waitFor();
  assert.ok(await tab.videoWidth('demo'));
  assert.equal(await tab.timeCode('demo'), undefined);
});

test('a camera that is added is waited for, and the demo stays meanwhile', async () => {
  await page.getByTestId('add-camera').click();
  await page.locator('[data-testid=camera-name-input] input').fill('Front door');
  await dialog.getByTestId('dialog-submit').click();
  await dialog.getByTestId('camera-awaited').waitFor();
  const textOf = async (testId: string): Promise<string> =>
    (await dialog.getByTestId(testId).getByTestId('copy-value').textContent()) ?? '';
  const added = (await admin.cameras()).find(({ kind }) => kind === 'v1');
  assert.ok(added);
  camera = { ...added, key: await textOf('camera-key') };
  assert.equal(camera.id, await textOf('camera-id'));
  await tab.tile('demo').waitFor({ state: 'attached' });
});

test('an attempt with a wrong key is told, and one with a wrong ID', async () => {
  start({ key: 'A'.repeat(43) });
  await dialog.getByTestId('refused-attempt').getByText('this camera’s ID and a wrong key').waitFor();
  start({ id: `${camera.id}x` });
  await dialog.getByTestId('refused-attempt').getByText('an ID that no camera has').waitFor();
  for (const device of devices.splice(0)) await device.stop();
});

test('when it connects, its first picture is shown, and the demo goes', async () => {
  start();
  await dialog.getByTestId('camera-connected').waitFor();
  const status = dialog.getByTestId('camera-status');
  await until('its picture is live', async () => (await status.getAttribute('data-status')) === 'live');
  await tab.tile('demo').waitFor({ state: 'detached' });
  await dialog.getByTestId('dialog-done').click();
});

test('a tile that never was live says how it connects', async () => {
  const shed = await admin.addCamera('Shed');
  await tab.tile(shed.id).getByTestId('how-to-connect').click();
  const connect = page.getByTestId('connect-dialog');
  await connect.getByTestId('camera-awaited').waitFor();
  await connect.getByTestId('camera-id').getByText(shed.id).waitFor();
  await connect.getByTestId('connect-new-key').click();
  await page.locator('[data-testid=confirm-dialog][open]').getByTestId('dialog-submit').click();
  await page.getByTestId('rotate-key-dialog').getByTestId('camera-key').waitFor();
  await page.getByTestId('rotate-key-dialog').getByTestId('dialog-done').click();
  await admin.addViewer('anna', 'a guest of this house', [shed.id]);
  const visit = await browser.open(server.url);
  await visit.signIn('anna', 'a guest of this house');
  await visit.untilStatus(shed.id, 'offline');
  assert.equal(
    await visit.page.getByTestId('how-to-connect').count(),
    0,
    'only administrators can connect it',
  );
  await visit.close();
});

test('after a camera is removed on its page, all cameras are shown', async () => {
  await tab.tile(camera.id).getByTestId('camera-link').click();
  await page.getByTestId('camera-menu-button').click();
  await page.getByTestId('remove-camera').click();
  await page.locator('[data-testid=confirm-dialog][open]').getByTestId('dialog-submit').click();
  await page.getByRole('heading', { name: 'Cameras' }).waitFor();
});
