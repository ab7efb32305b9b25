import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';

const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};
const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

test('About, in the user menu, names the version and leads to all licences', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('about').click();
  const dialog = page.getByTestId('about-dialog');
  await dialog.getByText(`Version ${version}`).waitFor();
  await dialog.getByText('MIT licence').waitFor();
  const link = page.getByTestId('third-party-licences');
  const [list] = await Promise.all([page.waitForEvent('popup'), link.click()]);
  await list.waitForLoadState();
  const text = (await list.locator('body').textContent()) ?? '';
  for (const part of [
    'Licences of Vigie',
    'GPL-3.0-or-later',
    'lit-html',
    'express',
    'Permission is hereby granted',
  ])
    assert.ok(text.includes(part), part);
  await list.close();
  await visit.close();
});

test('About leads to the page of the HTTP API, which shows a route with what it takes and answers', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  const { page } = visit;
  await page.getByTestId('user-menu').click();
  await page.getByTestId('about').click();
  await page.getByTestId('api-reference').click();
  await page.getByTestId('api-title').waitFor();
  await page.getByTestId('api-search').locator('input').fill('post users');
  const route = page.getByTestId('api-route');
  await route.getByText('Add a user').click();
  await route.getByText('role: "administrator" | "viewer"').waitFor();
  await route.getByText('Well-formed, but it cannot be processed').waitFor();
  assert.equal(await route.count(), 1);
  await visit.close();
});

test('the list of licences needs no sign-in', async () => {
  const response = await fetch(`${server.url}/licences.txt`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; charset=utf-8/i);
});
