/** More cameras than fit side by side, and a name that is longer than a phone is wide. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { routePath } from '../../client/routing/routes.ts';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const long = await admin.addCamera('Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww');
for (let count = 2; count <= 11; count++) await admin.addCamera(`Camera ${count}`);
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
page.setDefaultTimeout(10_000);
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('recordings of nine cameras are shown together, marked as such, and others are chosen in their place', async () => {
  await tab.signIn('admin', server.password);
  await page.getByRole('link', { name: 'Recordings' }).click();
  const pressed = page.locator('[data-testid=choose-camera][aria-pressed=true]');
  const players = page.locator('vigie-step-player');
  await page.getByTestId('together').getByText('9 of 11 cameras').waitFor();
  assert.deepEqual([await pressed.count(), await players.count()], [9, 9]);
  assert.equal(await page.locator('[data-testid=choose-camera][disabled]').count(), 2);
  await pressed.first().click();
  await page.getByTestId('together').getByText('8 of 11 cameras').waitFor();
  const last = page.getByTestId('choose-camera').last();
  await last.click();
  await page.getByTestId('together').getByText('9 of 11 cameras').waitFor();
  assert.equal(await last.getAttribute('aria-pressed'), 'true');
  assert.deepEqual([await pressed.count(), await players.count()], [9, 9]);
});

test('fields whose place says what they are for have a name for screen readers', async () => {
  await page.getByRole('combobox', { name: 'Speed' }).waitFor();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('combobox', { name: 'Camera', exact: true }).waitFor();
  await page.getByRole('combobox', { name: 'Event type' }).waitFor();
});

/** Pages on which the name stands. */
const SHOW_NAMES: ReadonlySet<string> = new Set([
  'cameras',
  'camera',
  'recordings',
  'motion',
  'lookBack',
  'events',
]);

test('no page scrolls sideways on a phone, however long a name is', async () => {
  const cameraId = long.id;
  await page.setViewportSize({ width: 360, height: 740 });
  for (const route of [
    { page: 'cameras' },
    { page: 'camera', cameraId },
    { page: 'recordings', cameraId },
    { page: 'motion', cameraId },
    { page: 'lookBack' },
    { page: 'events' },
    { page: 'events', cameraId },
    { page: 'users' },
    { page: 'keys' },
    { page: 'firmware' },
    { page: 'webhooks' },
    { page: 'audit' },
    { page: 'notifications' },
    { page: 'connection' },
  ] as const) {
    await page.goto(server.url + routePath(route));
    await page.locator('main h1').waitFor();
    if (SHOW_NAMES.has(route.page))
      await page.locator('main').getByText(/W{20}/i).first().waitFor({ state: 'attached' });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, 360, `${routePath(route)} is ${width} pixels wide`);
  }
});

test('in the dark the track of a slider is dark', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(server.url + routePath({ page: 'motion', cameraId: long.id }));
  const slider = page.locator('input[type=range]').first();
  await slider.fill('0');
  const shot = (await slider.screenshot()).toString('base64');
  // Left of the middle there would be the thumb.
  const luma = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(image.width >> 1, 0, 1, image.height).data ?? [];
    return Math.max(...[...pixels].filter((_, index) => index % 4 === 1));
  }, shot);
  assert.ok(luma < 150, `the track has a brightness of ${luma}`);
});
