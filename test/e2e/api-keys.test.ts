/** API keys in the browser: made with rights, shown once, used by a program, and revoked. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import type { Page } from 'playwright-core';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const browser = await TestBrowser.launch();
const server = await ServerProcess.start();
const PASSWORD = 'a password of her own';
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

async function openKeys(username: string, password: string): Promise<Page> {
  const visit = await browser.open(server.url);
  await visit.signIn(username, password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('api-keys').click();
  await page.getByTestId('api-keys-title').waitFor();
  return page;
}

async function choose(page: Page, testId: string, name: string): Promise<void> {
  await page.getByTestId(testId).click();
  await page.getByTestId(testId).getByRole('option', { name, exact: true }).click();
}

const statusBy = async (secret: string, path: string): Promise<number> =>
  (await fetch(server.url + path, { headers: { authorization: `Bearer ${secret}` } })).status;

test('an administrator makes a key for one camera, uses it, and revokes it', async () => {
  const admin = await server.admin();
  const door = await admin.addCamera('Front door');
  await admin.addCamera('Yard');
  const page = await openKeys('admin', server.password);
  await page.getByTestId('no-api-keys').waitFor();
  await page.getByTestId('add-api-key').click();
  await page.locator('[data-testid=api-key-name] input').fill('Home Assistant');
  await choose(page, 'api-key-scope', 'The cameras ticked below');
  await page.locator(`[data-camera=${door.id}] [data-right=live]`).click();
  await choose(page, 'api-key-expiry', 'Never');
  await page.getByTestId('dialog-submit').click();
  const secret = (await page.getByTestId('api-key-secret').getByTestId('copy-value').textContent()) ?? '';
  assert.match(secret, /^vigie_[a-z\d]{12}_[\w-]{43}$/);
  assert.equal(await statusBy(secret, `/api/cameras/${door.id}/status`), 200);
  assert.equal(await statusBy(secret, '/api/users'), 403);
  await page.getByTestId('dialog-done').click();
  const row = page.locator('[data-testid=api-key-row][data-name="Home Assistant"]');
  await row.getByText('Live: Front door').waitFor();
  await row.getByText('Does not expire').waitFor();
  assert.ok(!(await page.content()).includes(secret), 'it is shown once');

  await row.getByTestId('revoke-api-key').click();
  await page.getByTestId('dialog-submit').click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await statusBy(secret, `/api/cameras/${door.id}/status`), 401);
});

test('a viewer makes a key of their own rights, and sees no other keys', async () => {
  const admin = await server.admin();
  const hall = await admin.addCamera('Hall');
  await admin.addViewer('anna', PASSWORD, [hall.id]);
  const page = await openKeys('anna', PASSWORD);
  await page.getByTestId('add-api-key').click();
  await page.locator('[data-testid=api-key-name] input').fill('Tablet');
  await page.getByTestId('api-key-scope').click();
  const scopes = page.getByTestId('api-key-scope').getByRole('option');
  assert.equal(await scopes.count(), 2, 'powers are for administrators');
  await page.keyboard.press('Escape');
  await page.getByTestId('dialog-submit').click();
  await page.getByTestId('dialog-done').click();
  await page.locator('[data-name=Tablet]').getByText('Live: every camera').waitFor();
  const others = await openKeys('admin', server.password);
  await others.locator('[data-name=Tablet]').getByText('(anna)').waitFor();
  await until('both', async () => (await page.getByTestId('api-key-row').count()) === 1);
});
