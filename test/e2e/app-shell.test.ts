/** The app while its server is away, comes back, or is upgraded: something is always on the screen, and nobody reloads it. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { liveSite } from '../support/live-site.ts';
import { until } from '../support/until.ts';

const { server, door, browser, close } = await liveSite();
after(() => close(/ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|dynamically imported module/));

/** Pages that the app loads as a whole. */
const WITHOUT_WORKER = { serviceWorkers: 'block' } as const;

test('a page that is not loaded yet says that the server is away, and appears when it is back', async () => {
  const tab = await browser.open(server.url, undefined, WITHOUT_WORKER);
  await tab.signIn('admin', server.password);
  await tab.untilStatus(door.id, 'live');
  await server.kill();
  await tab.page.getByRole('link', { name: 'Events', exact: true }).click();
  await tab.page.getByRole('heading', { name: 'This page cannot be loaded' }).waitFor();
  await server.start();
  await tab.page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
  await tab.close();
});

test('a page that loads slowly shows that it does', async () => {
  const asked = Promise.withResolvers<void>();
  const tab = await browser.open(
    server.url,
    async (page) => {
      await page.route(/events-page-[\w-]+\.js$/, (route) => asked.promise.then(() => route.continue()));
    },
    WITHOUT_WORKER,
  );
  await tab.signIn('admin', server.password);
  await tab.page.getByRole('link', { name: 'Events', exact: true }).click();
  await tab.page.getByTestId('page-loading').waitFor();
  asked.resolve();
  await tab.page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
  await tab.close();
});

test('while the server is away no picture looks live, and the page says for how long', async () => {
  const tab = await browser.open(server.url);
  await tab.signIn('admin', server.password);
  await tab.untilStatus(door.id, 'live');
  await server.kill();
  await tab.untilStatus(door.id, 'connecting');
  const tile = tab.tile(door.id);
  await tile.getByTestId('camera-status').getByText('Server away').waitFor();
  assert.match(await tile.getByTestId('camera-age').innerText(), /^\d+ s old$/);
  const filter = await tile.locator('.picture').evaluate((picture) => getComputedStyle(picture).filter);
  assert.match(filter, /grayscale/);
  assert.equal(await tab.page.getByTestId('camera-count').innerText(), 'Server away');
  await tab.page
    .getByTestId('reconnecting')
    .getByText(/for \d+ s/)
    .waitFor();
  await server.start();
  await tab.untilStatus(door.id, 'live');
  await tab.page.getByTestId('camera-count').getByText('1 online').waitFor();
  await tab.page.getByTestId('reconnecting').waitFor({ state: 'hidden' });
  await tab.close();
});

/** All files of the app are kept. */
function isKept(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const shell = (await caches.has('vigie-shell')) ? await caches.open('vigie-shell') : undefined;
    return (await shell?.match('/shell.json')) !== undefined && navigator.serviceWorker.controller !== null;
  });
}

test('once its files are kept, the app opens without the server, and goes on when that is back', async () => {
  const tab = await browser.open(server.url);
  const { page } = tab;
  await tab.signIn('admin', server.password);
  await until('the files are kept', () => isKept(page));
  await server.kill();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
  await page.reload();
  await page.getByTestId('restoring').getByText('The server does not answer').waitFor();
  await server.start();
  await page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
  await tab.close();
});

/** The server has another build from now on, as the page finds out when it asks. */
async function upgrade(page: Page): Promise<() => number> {
  let asked = 0;
  await page.route(`${server.url}/`, (route) => {
    if (route.request().isNavigationRequest()) return route.continue();
    asked++;
    const body = '<!doctype html><script type="module" src="/assets/app-Another1.js"></script>';
    return route.fulfill({ contentType: 'text/html', body });
  });
  return () => asked;
}

test('after an upgrade the page is loaded anew, but not while something is being entered', async () => {
  const tab = await browser.open(server.url, undefined, WITHOUT_WORKER);
  const { page } = tab;
  await tab.signIn('admin', server.password);
  await page.getByTestId('add-camera').click();
  await page.locator('[data-testid=camera-name-input] input').fill('Sh');
  const asked = await upgrade(page);
  const loaded = page.waitForEvent('load');
  await server.kill();
  await server.start();
  await until('the page has asked', () => asked() > 0);
  await page.locator('[data-testid=camera-name-input] input').pressSequentially('ed');
  assert.equal(await page.locator('[data-testid=camera-name-input] input').inputValue(), 'Shed');
  await page.getByTestId('dialog-cancel').click();
  await loaded;
  await page.getByRole('heading', { name: 'Cameras' }).waitFor();
  await tab.close();
});
