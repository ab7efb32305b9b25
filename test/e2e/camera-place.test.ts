/** One place for each camera: its tabs, its set-up, and what is done with its live picture. */

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const admin = await server.admin();
const door = await admin.addCamera('Front/door');
const yard = await admin.addCamera('Yard');
await admin.addViewer('anna', 'a guest of this house', [door.id], ['live', 'events']);
const camera = startCamera(server.cameraUrl, door);
const browser = await TestBrowser.launch();
const tab = await browser.open(server.url);
const { page } = tab;
page.setDefaultTimeout(10_000);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

const tabs = page.getByRole('navigation', { name: 'Camera', exact: true });
const picture = page.locator('vigie-camera-page vigie-camera');

/** How much the picture is enlarged. */
function scale(): Promise<number> {
  return picture.evaluate((element) => {
    const inner = element.shadowRoot?.querySelector('.picture');
    return inner ? new DOMMatrix(getComputedStyle(inner).transform).a : NaN;
  });
}

async function frames(): Promise<number> {
  return picture.evaluate(
    (element) =>
      (element as unknown as { video: HTMLVideoElement }).video.getVideoPlaybackQuality().totalVideoFrames,
  );
}

async function openLive(): Promise<void> {
  await page.goto(`${server.url}/camera/${door.id}`);
  const status = picture.getByTestId('camera-status');
  await until('it is live', async () => (await status.getAttribute('data-status')) === 'live', 20_000);
}

test('the tabs lead through all pages of a camera', async () => {
  await tab.signIn('admin', server.password);
  await tab.tile(door.id).getByTestId('camera-link').click();
  for (const [name, heading] of [
    ['Recordings', 'Front/door: recordings'],
    ['Events', 'Events'],
    ['Set-up', 'Front/door: set-up'],
    ['Live', 'Front/door'],
  ] as const) {
    await tabs.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    assert.equal(await tabs.locator('[aria-current=page]').innerText(), name);
  }
});

test('a viewer has the tabs of their rights', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('anna', 'a guest of this house');
  await visit.tile(door.id).getByTestId('camera-link').click();
  const links = visit.page.getByTestId('camera-tabs').getByRole('link');
  await links.first().waitFor();
  assert.deepEqual(await links.allInnerTexts(), ['Live', 'Events']);
  await visit.page.goto(`${server.url}/camera/${door.id}/setup`);
  await visit.page.getByTestId('no-access').waitFor();
  await visit.close();
});

test('the set-up says how each part stands, and leads to where it is changed', async () => {
  await page.goto(`${server.url}/camera/${door.id}/setup`);
  const part = (name: string) =>
    page.getByTestId('setup-part').filter({ has: page.getByRole('heading', { name, exact: true }) });
  await part('Recording').getByText('Off. Nothing is recorded.').waitFor();
  await part('Access').getByText('anna: Live, Events').waitFor();
  await part('Recording').getByTestId('setup-recording').click();
  const dialog = page.getByTestId('recording-dialog');
  await dialog.getByTestId('recording-mode').click();
  await page.getByRole('option', { name: 'Continuous' }).click();
  await dialog.getByTestId('dialog-submit').click();
  await part('Recording').getByText('Continuous.').waitFor();
  await part('Sensors').getByTestId('setup-sensors').click();
  await page.getByTestId('sensors-dialog').getByTestId('dialog-cancel').click();
  await part('Motion detection').getByTestId('setup-motion').click();
  await page.getByTestId('motion-title').waitFor();
  assert.equal(await tabs.locator('[aria-current=page]').innerText(), 'Set-up');
});

test('the picture is enlarged where the pointer is, moved, and whole again', async () => {
  await openLive();
  const box = (await picture.boundingBox()) ?? assert.fail('no picture');
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
  await page.mouse.wheel(0, -400);
  await until('it is larger', async () => (await scale()) > 1.5);
  const left = (): Promise<number> =>
    picture.evaluate(
      (element) => element.shadowRoot?.querySelector('.picture')?.getBoundingClientRect().left ?? NaN,
    );
  const before = await left();
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4 + 30, box.y + box.height / 4, { steps: 3 });
  await page.mouse.up();
  assert.equal(Math.round((await left()) - before), 30);
  await page.mouse.dblclick(box.x + 10, box.y + 10);
  assert.equal(await scale(), 1);
  await page.mouse.dblclick(box.x + 10, box.y + 10);
  assert.equal(await scale(), 2.5);
  await page.keyboard.press('0');
  assert.equal(await scale(), 1);
  await page.keyboard.press('+');
  assert.ok((await scale()) > 1);
});

test('a snapshot and a recording are saved under the camera’s name and the local time', async (context) => {
  await openLive();
  const name = /^Front-door \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.(jpg|webm|mp4)$/;
  const [snapshot] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('s')]);
  assert.equal(name.exec(snapshot.suggestedFilename())?.[1], 'jpg');
  await page.getByTestId('record').click();
  const from = await frames();
  await until('ten pictures', async () => (await frames()) >= from + 10);
  const [clip] = await Promise.all([page.waitForEvent('download'), page.getByTestId('record').click()]);
  assert.match(clip.suggestedFilename(), name);
  const path = join(temporaryFolder(context), 'clip');
  await clip.saveAs(path);
  assert.ok(statSync(path).size > 1_000);
});

test('keys lead from camera to camera, and ? lists them all', async () => {
  await page.goto(server.url);
  await tab.tile(yard.id).waitFor();
  await page.keyboard.press('2');
  await page.getByTestId('camera-title').getByText('Yard').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByTestId('camera-title').getByText('Front/door').waitFor();
  await page.keyboard.press('?');
  const list = page.getByTestId('shortcuts-dialog');
  await list.getByText('Save a snapshot').waitFor();
  // The dialog takes the keys.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await list.getByText('Save a snapshot').waitFor({ state: 'hidden' });
  await page.getByTestId('camera-title').getByText('Front/door').waitFor();
  await page.goto(server.url);
  await tab.tile(yard.id).waitFor();
  for (const name of ['Front/door', 'Yard']) {
    await page.keyboard.press('ArrowRight');
    const focused = page.locator('vigie-cameras-page li a:focus');
    await focused.getByText(name).waitFor();
  }
});
