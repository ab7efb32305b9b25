/** From page to page: titles, the focus, what is not saved, and the place to which the back button leads. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
page.setDefaultTimeout(10_000);
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

const mainLink = (name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });

/** Name and text of the element with the focus, in whichever shadow tree it is. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return `${element?.localName} ${element?.textContent.trim()}`;
  });
}

const hasTitle = (title: string): Promise<unknown> =>
  page.waitForFunction((text) => document.title === text, title);
const heading = (name: string): Promise<void> => page.getByRole('heading', { name, exact: true }).waitFor();

test('after signing in the focus is on the heading', async () => {
  await hasTitle('Sign in · Vigie');
  await tab.signIn('admin', server.password);
  await until('the heading has it', async () => (await focused()) === 'h1 Cameras');
});

test('each page has a title of its own', async () => {
  await hasTitle('Cameras · Vigie');
  for (const [path, title] of [
    [`/camera/${door.id}`, 'Front door'],
    [`/camera/${door.id}/recordings`, 'Front door: recordings'],
    [`/camera/${door.id}/motion`, 'Front door: motion detection'],
    [`/camera/${door.id}/events`, 'Front door: events'],
    ['/recordings', 'Recordings'],
    ['/nowhere', 'Page not found'],
  ] as const) {
    await page.goto(server.url + path);
    await hasTitle(`${title} · Vigie`);
  }
});

test('each way out of a page asks before it loses what is not saved', async () => {
  await page.goto(server.url);
  await tab.tile(door.id).getByTestId('camera-menu-button').click();
  await page.getByTestId('camera-motion').click();
  await page.getByTestId('motion-enabled').click();
  const dialog = page.locator('[data-testid=confirm-dialog][open]');
  await mainLink('Events').click();
  await dialog.getByTestId('losses').getByText('Your changes on this page').waitFor();
  await dialog.getByTestId('dialog-cancel').click();
  await dialog.waitFor({ state: 'detached' });
  await heading('Front door: motion detection');
  await page.goBack();
  await dialog.getByTestId('losses').waitFor();
  await heading('Front door: motion detection');
  await dialog.getByTestId('dialog-submit').click();
  await heading('Cameras');
  assert.equal(new URL(page.url()).pathname, '/');
  // Nothing is asked where nothing is lost.
  await mainLink('Events').click();
  await heading('Events');
});

test('the back button leads to the same place in the same list', async () => {
  // Each time it is switched off is an event.
  for (let count = 0; count < 70; count++)
    for (const off of [true, false]) await admin.request('PUT', `/cameras/${door.id}/switch`, { off });
  await page.goto(`${server.url}/events`);
  const events = page.getByTestId('event');
  await page.getByTestId('event-kind').click();
  await page.getByRole('option', { name: 'Camera switched off' }).click();
  await page.getByTestId('more-events').click();
  await until('all are shown', async () => (await events.count()) === 70);
  await events.nth(65).scrollIntoViewIfNeeded();
  const placeOf = async (): Promise<number> => Math.round((await events.nth(65).boundingBox())?.y ?? NaN);
  const place = await placeOf();
  await events.nth(65).getByRole('link').click();
  await page.getByTestId('recordings-title').waitFor();
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await page.goBack();
  await until('the list is at its place', async () => Math.abs((await placeOf()) - place) <= 2);
  assert.equal(
    await page.getByTestId('event-kind').evaluate((select) => (select as HTMLSelectElement).value),
    'off',
  );
});
