/** An administrator gives rights by ticks, on a phone too, and a page hides what its viewer may not do. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import type { UserView } from '../../server/wire/account.ts';
import type { Right } from '../../server/wire/rights.ts';
import { TestBrowser } from '../support/browser.ts';
import { rightsTo } from '../support/rights.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a password of her own';
const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, garden] = [await admin.addCamera('Front door'), await admin.addCamera('Garden')];
const visit = await browser.open(server.url);
await visit.signIn('admin', server.password);
const { page } = visit;
await page.setViewportSize({ width: 375, height: 700 });
await page.goto(`${server.url}/users`);
after(async () => {
  await browser.close();
  await server.stop();
  browser.assertNoProblems();
});

const dialog = page.getByTestId('user-dialog');
const tick = (camera: string, right: Right): Locator =>
  dialog.locator(`[data-camera="${camera}"] [data-right="${right}"]`);
const rightsOf = async (username: string) => {
  const users = await admin.request<UserView[]>('GET', '/users');
  return users.find((user) => user.username === username)?.cameras;
};

async function save(): Promise<void> {
  await page.getByTestId('dialog-submit').click();
  await dialog.getByTestId('dialog-submit').waitFor({ state: 'hidden' });
}

test('a new viewer has Live of every camera, unless it is ticked otherwise', async () => {
  await page.getByTestId('add-user').click();
  await dialog.getByTestId('user-name-input').locator('input').fill('anna');
  await dialog.getByTestId('user-password-input').locator('input').fill(PASSWORD);
  await save();
  assert.deepEqual(await rightsOf('anna'), rightsTo([door.id, garden.id].toSorted(), ['live']));
});

test('ticks are each of their own, and those of all cameras are set in one row', async () => {
  const row = page.locator('[data-testid="user-row"][data-username="anna"]');
  await row.getByTestId('user-menu-button').click();
  await row.getByTestId('user-change-rights').click();
  await tick(garden.id, 'live').click();
  await tick('all', 'events').click();
  await tick(door.id, 'control').focus();
  await page.keyboard.press('Space');
  const group = page.getByRole('group', { name: 'Front door' });
  for (const [label, checked] of [
    ['Live', true],
    ['Recordings', false],
    ['Events', true],
    ['Control', true],
  ] as const)
    assert.equal(await group.getByRole('checkbox', { name: label }).isChecked(), checked, label);
  assert.equal(await tick('all', 'live').evaluate((box: HTMLInputElement) => box.indeterminate), true);
  const { width, inner } = await page.evaluate(() => ({
    width: document.documentElement.clientWidth,
    inner: document.documentElement.scrollWidth,
  }));
  assert.ok(inner <= width, `${inner} > ${width}`);
  await save();
  const given = [...rightsTo([door.id], ['live', 'events', 'control']), ...rightsTo([garden.id], ['events'])];
  await until('they are stored', async () => {
    const stored = await rightsOf('anna');
    return given.every((each) => stored?.some((other) => JSON.stringify(other) === JSON.stringify(each)));
  });
  await row.getByText('Live, Events and Control: Front door').waitFor();
  await row.getByText('Events: Garden', { exact: true }).waitFor();
});

test('a viewer is offered what they may do with each camera, and nothing else', async () => {
  await admin.addViewer('ben', PASSWORD, [door.id], ['live']);
  const bens = await browser.open(server.url);
  await bens.signIn('ben', PASSWORD);
  const tab = bens.page;
  await tab.locator('vigie-camera').first().waitFor();
  const ben = await rightsOwner('ben');
  for (const name of ['Events', 'Recordings'])
    assert.equal(await tab.getByRole('link', { name, exact: true }).count(), 0, name);
  await tab.getByTestId('camera-link').click();
  await tab.getByTestId('save-snapshot').waitFor();
  for (const testId of ['recordings', 'camera-menu-button', 'events'])
    assert.equal(await tab.getByTestId(testId).count(), 0, testId);

  // A given right appears at once, and a removed one goes, also from the page that shows it.
  await admin.setRights(ben, [door.id], ['lookBack', 'control']);
  await tab.getByTestId('no-live-view').waitFor();
  assert.equal(await tab.locator('vigie-camera').count(), 0);
  await tab.getByTestId('camera-menu-button').click();
  await tab.getByTestId('camera-settings').waitFor();
  assert.equal(await tab.getByTestId('rename-camera').count(), 0);
  await tab.keyboard.press('Escape');
  // Asked for before the right goes, it would be refused.
  const timeline = tab.waitForResponse(/\/timeline/);
  await tab.getByTestId('tab-recordings').click();
  await tab.getByTestId('recordings-title').waitFor();
  await timeline;
  assert.equal(await tab.getByTestId('next-event').count(), 0);
  await admin.setRights(ben, [door.id], ['events']);
  await tab.getByTestId('no-access').waitFor();
  await tab.getByRole('link', { name: 'Events', exact: true }).click();
  await tab.getByTestId('no-events').waitFor();
  await bens.close();
});

test('a camera that was removed has one tick, and what is saved beside it leaves the right as it was', async () => {
  const annas = await rightsOwner('anna');
  const database = new DatabaseSync(join(server.folder, 'data', 'vigie.db'));
  database.exec(`
    INSERT INTO removed_cameras (id, name, removed_at) VALUES ('cam_gone', 'Shed', 1);
    INSERT INTO removed_camera_viewers (user_id, camera_id) VALUES ('${annas}', 'cam_gone');
    INSERT INTO recordings (id, camera_id, start_ms, end_ms, bytes, width, height, protected, open)
      VALUES ('rec_gone', 'cam_gone', 1, 2, 3, 640, 480, 0, 0)`);
  database.close();
  await page.reload();
  const row = page.locator('[data-testid="user-row"][data-username="anna"]');
  const lookBack = { cameraId: 'cam_gone', rights: ['lookBack'] };
  for (const [camera, right, isLeft] of [
    [garden.id, 'live', true],
    ['cam_gone', 'lookBack', false],
  ] as const) {
    await row.getByText('Recordings: Shed (removed)').waitFor();
    await row.getByTestId('user-menu-button').click();
    await row.getByTestId('user-change-rights').click();
    assert.equal(await dialog.locator('[data-camera="cam_gone"] [data-testid="right"]').count(), 1);
    await tick(camera, right).click();
    await save();
    const given = JSON.stringify(await rightsOf('anna'));
    assert.equal(given.includes(JSON.stringify(lookBack)), isLeft, given);
  }
  await row.getByText('Recordings: Shed (removed)').waitFor({ state: 'detached' });
});

test('a notice of an update stays until it is dismissed, and then is gone for good', async () => {
  const database = new DatabaseSync(join(server.folder, 'data', 'vigie.db'));
  database.exec("INSERT INTO notices (name) VALUES ('rightsPerCamera')");
  database.close();
  for (let visits = 0; visits < 2; visits++) {
    await page.reload();
    await page.getByTestId('rights-notice').waitFor();
  }
  await page.getByTestId('dismiss-notice').click();
  await page.getByTestId('rights-notice').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByTestId('user-list').waitFor();
  assert.equal(await page.getByTestId('rights-notice').count(), 0);
});

async function rightsOwner(username: string): Promise<string> {
  const users = await admin.request<UserView[]>('GET', '/users');
  return users.find((user) => user.username === username)?.id ?? assert.fail(username);
}
