import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

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

test('a sensor is added in the menu, and its reports appear at once for users with the right', async () => {
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
  // Exactly as the page offers it to copy.
  assert.equal((await callLikeCurl(command ?? '')).status, 201);
  await hers.page.getByTestId('event').getByText('Porch').waitFor();
  await hers.page.reload();
  await hers.page.getByTestId('event').getByText('Motion').waitFor();
  await dialog.getByTestId('dialog-done').click();
  await own.page.getByTestId('camera-menu-button').click();
  await own.page.getByTestId('camera-sensors').click();
  await dialog.getByTestId('remove-sensor').click();
  await own.page.getByTestId('losses').getByText('The token of “Porch”').waitFor();
  await own.page
    .locator('vigie-sensors-dialog')
    .getByTestId('confirm-dialog')
    .getByTestId('dialog-submit')
    .click();
  await dialog.getByTestId('sensor').waitFor({ state: 'detached' });
  assert.deepEqual(await admin.request('GET', `/cameras/${camera.id}/sensors`), []);
});

function naturalWidth(picture: SVGElement | HTMLElement): number {
  return (picture as HTMLImageElement).naturalWidth;
}

test('the events page shows events of all permitted cameras live, with their pictures', async (context) => {
  const yard = await admin.addCamera('Yard');
  const device = startCamera(server.cameraUrl, camera);
  const other = startCamera(server.cameraUrl, yard);
  context.after(async () => {
    await Promise.all([device.stop(), other.stop()]);
  });
  await Promise.all([device.line(/online/), other.line(/online/)]);
  const own = await browser.open(server.url);
  await own.signIn('admin', server.password);
  const { page } = own;
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByTestId('event').getByText('Front door: Motion').waitFor();
  device.process.kill('SIGUSR2');
  other.process.kill('SIGUSR2');
  const going = page.getByTestId('event').filter({ hasText: 'camera’s sensor' });
  await going.filter({ hasText: 'Front door' }).locator('img').waitFor();
  const picture = going.filter({ hasText: 'Yard' }).locator('img');
  await picture.waitFor();
  await until('its picture is there', async () => (await picture.evaluate(naturalWidth)) === 240);

  await page.getByTestId('event-camera').click();
  await page.getByRole('option', { name: 'Yard' }).click();
  await page.waitForURL(`**/camera/${yard.id}/events`);
  await page.getByText('Front door:').waitFor({ state: 'detached' });
  await going.filter({ hasText: 'Yard' }).locator('a').click();
  await page.waitForURL(/\/recordings\/\d+$/);
  await page.goBack();
  await going.filter({ hasText: 'Yard' }).waitFor();

  const hers = await browser.open(server.url);
  await hers.signIn('anna', 'a password of her own');
  await hers.page.goto(`${server.url}/events`);
  await hers.page.getByTestId('event').getByText('Front door').first().waitFor();
  assert.equal(await hers.page.getByText('Yard').count(), 0);
});
