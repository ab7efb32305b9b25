import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const camera = await admin.addCamera('Front door');
await admin.addViewer('anna', 'a password of her own', [camera.id]);
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('a sensor is added in the menu, and what it reports is seen at once by those who may', async () => {
  const [own, hers] = [await browser.open(server.url), await browser.open(server.url)];
  await hers.signIn('anna', 'a password of her own');
  await hers.tile(camera.id).getByTestId('camera-link').click();
  await own.signIn('admin', server.password);
  await own.page.getByTestId('camera-menu-button').click();
  await own.page.getByTestId('camera-sensors').click();
  const dialog = own.page.getByTestId('sensors-dialog');
  await dialog.locator('[data-testid=sensor-name] input').fill('Porch');
  await dialog.getByTestId('dialog-submit').click();
  const command = await dialog.getByTestId('sensor-command').getByTestId('copy-value').textContent();
  // Exactly as it is offered to be copied.
  assert.equal((await callLikeCurl(command ?? '')).status, 201);
  await hers.page.getByTestId('event').getByText('Porch').waitFor();
  await hers.page.reload();
  await hers.page.getByTestId('event').getByText('Motion').waitFor();
  await dialog.getByTestId('dialog-done').click();
  await own.page.getByTestId('camera-menu-button').click();
  await own.page.getByTestId('camera-sensors').click();
  // The first press asks, the second removes.
  await dialog.getByTestId('remove-sensor').click();
  await dialog.getByText('Remove for good').click();
  await dialog.getByTestId('sensor').waitFor({ state: 'detached' });
  assert.deepEqual(await admin.request('GET', `/cameras/${camera.id}/sensors`), []);
});
