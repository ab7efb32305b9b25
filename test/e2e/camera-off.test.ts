/** Switching cameras off and on, as people do; what everybody else sees of it. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { SwitchView } from '../../server/wire/camera-switch.ts';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, yard] = [await admin.addCamera('Front door'), await admin.addCamera('Yard')];
const cameras = [door, yard].map((camera) => startCamera(server.cameraUrl, camera, FULL_RATE));
await admin.addViewer('ada', 'a long password', [door.id, yard.id]);
const own = await browser.open(server.url);
await own.signIn('admin', server.password);
const hers = await browser.open(server.url);
await hers.signIn('ada', 'a long password');
const { page: tab } = own;
const dialog = tab.getByTestId('switch-dialog');
tab.setDefaultTimeout(8_000);
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

/** The status comes first, and why it is off a moment later. */
async function untilWords(page: typeof own, cameraId: string, words: RegExp): Promise<void> {
  await until(`it says ${words.source}`, async () =>
    words.test(await page.tile(cameraId).getByTestId('camera-status').innerText()),
  );
}

/** Whether any pixel of a camera is on the screen. */
const showsPicture = (page: typeof own, cameraId: string): Promise<boolean> =>
  page
    .tile(cameraId)
    .locator('vigie-camera')
    .evaluate((element) => {
      const root = element.shadowRoot;
      const shown = [...(root?.querySelectorAll('video, canvas, img') ?? [])].filter(
        (each) =>
          getComputedStyle(each).display !== 'none' && !(each instanceof HTMLVideoElement && !each.srcObject),
      );
      return root?.querySelector('.has-picture') !== null || shown.length > 0;
    });

test('a camera is switched off in its menu, and its picture goes from every screen', async () => {
  for (const page of [own, hers]) for (const { id } of [door, yard]) await page.untilStatus(id, 'live');
  await own.tile(door.id).getByTestId('camera-menu-button').click();
  await own.tile(door.id).getByTestId('switch-camera').click();
  await dialog.getByTestId('switch-off').click();
  await dialog.getByTestId('dialog-submit').click();
  for (const page of [own, hers]) {
    await page.untilStatus(door.id, 'off');
    await untilWords(page, door.id, /^Off by admin since \d\d:\d\d/);
    assert.equal(await showsPicture(page, door.id), false);
    assert.equal(await page.status(yard.id), 'live', 'the others go on');
  }
});

test('a viewer without the right to control it has no switch', async () => {
  assert.equal(await hers.page.getByTestId('camera-menu-button').count(), 0);
  assert.equal(await hers.page.getByTestId('switch-all').count(), 0);
});

test('it is live again for all once it is switched on', async () => {
  await own.tile(door.id).getByTestId('camera-menu-button').click();
  await own.tile(door.id).getByTestId('switch-camera').getByText('Switch on').click();
  await dialog.getByTestId('switch-state').getByText('Off by admin').waitFor();
  await dialog.getByTestId('switch-off').click();
  await dialog.getByTestId('dialog-submit').click();
  for (const page of [own, hers]) await page.untilStatus(door.id, 'live');
});

test('hours are set, and say until when a camera is off', async () => {
  await own.tile(yard.id).getByTestId('camera-menu-button').click();
  await own.tile(yard.id).getByTestId('switch-camera').click();
  await dialog.getByTestId('switch-hours').click();
  await dialog.locator('wa-input[name=from-0] input').fill('00:00');
  await dialog.locator('wa-input[name=to-0] input').fill('23:59');
  for (const from of ['01:00', '02:00']) {
    await dialog.getByTestId('add-hours').click();
    const added = dialog.getByTestId('switch-window').last();
    await added.locator('wa-input[name^=from] input').fill(from);
    await added.locator('wa-input[name^=to] input').fill('03:00');
  }
  for (let day = 1; day < 7; day++) await dialog.locator(`wa-checkbox[name=day-2][value="${day}"]`).click();
  await dialog.getByTestId('switch-window').nth(1).getByTestId('remove-hours').click();
  await dialog.getByTestId('dialog-submit').click();
  const { off, offHours } = await until('it is off by schedule', async () => {
    const view = await admin.request<SwitchView>('GET', `/cameras/${yard.id}/switch`);
    return view.off && view;
  });
  assert.deepEqual(
    [off?.by, offHours],
    [
      'schedule',
      [
        { days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '23:59' },
        { days: [0], from: '02:00', to: '03:00' },
      ],
    ],
  );
  await own.untilStatus(yard.id, 'off');
  await untilWords(own, yard.id, /^Off by schedule until (?:23|11):59/);
  await admin.request('PUT', `/cameras/${yard.id}/switch/hours`, { offHours: [] });
  await own.untilStatus(yard.id, 'live');
});

test('all cameras are switched off and on together', async () => {
  await tab.getByTestId('switch-all').click();
  await dialog.getByTestId('switch-off').click();
  await dialog.getByTestId('dialog-submit').click();
  for (const { id } of [door, yard]) {
    await hers.untilStatus(id, 'off');
    await untilWords(hers, id, /^All cameras off by admin since/);
  }
  await tab.getByTestId('switch-all').getByText('Switch all on').click();
  await dialog.getByTestId('switch-off').click();
  await dialog.getByTestId('dialog-submit').click();
  for (const { id } of [door, yard]) await hers.untilStatus(id, 'live');
});
