/** The audit log in the browser: what an administrator reads, filters and takes away. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password of her own';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('an administrator reads who signed in and watched, by user, camera, type and day, and takes it away', async (context) => {
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  await admin.addViewer('anna', PASSWORD, [door.id]);
  const camera = startCamera(server.cameraUrl, door);
  context.after(() => camera.stop());
  const anna = await browser.open(server.url);
  await anna.page.locator('[data-testid=username] input').fill('anna');
  await anna.page.locator('[data-testid=password] input').fill('not her password');
  await anna.page.getByTestId('sign-in').click();
  await anna.page.getByRole('alert').waitFor();
  await anna.signIn('anna', PASSWORD);
  await anna.untilStatus(door.id, 'live');
  assert.equal(await anna.page.getByTestId('audit').count(), 0, 'it is in the menu of administrators alone');

  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('audit').click();
  await page.getByTestId('audit-title').waitFor();
  const entries = page.getByTestId('audit-entry');
  const watched = entries.filter({ hasText: 'Watched live: Front door' }).filter({ hasText: 'anna' });
  await watched.first().waitFor();
  assert.match((await watched.first().textContent()) ?? '', /Chrome on Linux/);
  await entries.filter({ hasText: 'Failed sign-in' }).filter({ hasText: 'Somebody, as anna' }).waitFor();
  await page.getByRole('heading', { name: 'Today' }).waitFor();

  const choose = async (testId: string, name: string): Promise<void> => {
    await page.getByTestId(testId).click();
    await page.getByTestId(testId).getByRole('option', { name, exact: true }).click();
  };
  const count = (): Promise<number> => entries.count();
  await choose('audit-kind', 'Users, rights and keys');
  await until('only these', async () => (await count()) === 2);
  await entries.filter({ hasText: 'Added a user' }).getByText('name: anna').waitFor();
  await choose('audit-camera', 'Front door');
  await until('only those of the camera', async () => (await count()) === 1);
  await choose('audit-user', 'anna');
  await page.getByTestId('no-audit-entries').getByText('No entries match').waitFor();
  await choose('audit-kind', 'All types');
  await watched.first().waitFor();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('audit-export-csv').click(),
  ]);
  assert.match(download.suggestedFilename(), /^vigie-audit-\d{4}-\d\d-\d\d\.csv$/);
  const file = join(server.folder, 'audit.csv');
  await download.saveAs(file);
  const lines = readFileSync(file, 'utf8').trim().split('\r\n');
  assert.ok(lines.slice(1).every((line) => line.includes(',anna,') && line.includes(',Front door,')));

  await page.locator('[data-testid=audit-day] input').fill('2020-01-01');
  await page.locator('[data-testid=audit-day] input').press('Tab');
  await page.getByTestId('no-audit-entries').waitFor();
  await page.reload();
  await entries.first().waitFor();
  await choose('audit-days', '30 days');
  await page.reload();
  await until(
    'it is kept',
    async () => (await page.getByTestId('audit-days').getAttribute('value')) === '30',
  );

  await page.setViewportSize({ width: 360, height: 760 });
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(isWide, false, 'it fits a phone');
  await visit.close();
  await anna.close();
});
