/** The firmware page in a real browser: upload, update, progress, result, and the reason when no update is possible. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { appImage } from '../support/app-image.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';

const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const front = await TlsFront.start(server.url);
const browser = await TestBrowser.launch();
const admin = await server.admin();
const [door, attic] = [await admin.addCamera('Front door'), await admin.addCamera('Attic')];
const options = ['--firmware', '1.0.0', '--size', 'QVGA', '--fps', '5'];
const cameras = [
  startCamera(front.cameraUrl, door, options, front.certificate.path),
  startCamera(server.cameraUrl, attic, options),
];
const page = await browser.open(server.url);
await page.signIn('admin', server.password);
await page.page.getByRole('link', { name: 'Firmware' }).click();
after(async () => {
  await browser.close();
  for (const camera of cameras) await camera.stop();
  front.close();
  await server.stop();
  // Refused on purpose.
  browser.assertNoProblems(/status of (400|409|422)/);
});

const row = (id: string) => page.page.locator(`[data-testid=camera-firmware][data-camera-id="${id}"]`);
const state = (id: string, name: string) => row(id).locator(`[data-testid=update-state][data-state=${name}]`);
const choose = (name: string, buffer: Buffer) =>
  page.page
    .getByTestId('firmware-file')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

test('the firmware version of each camera appears as soon as it connects, without reloading', async () => {
  await row(door.id).getByText('1.0.0 · virtual, Linux').waitFor();
  await row(attic.id).getByText('1.0.0 · virtual, Linux').waitFor();
  await page.page.getByTestId('no-firmware').waitFor();
});

test('a camera connected by ws: has no update button, and the reason is shown', async () => {
  await row(attic.id).getByText('Cannot be updated: this camera connects by ws:').waitFor();
  assert.equal(await row(attic.id).getByTestId('update-camera').count(), 0);
});

test('a file that is not firmware is refused with the reason', async () => {
  await choose('holiday.jpg', Buffer.alloc(100_000, 1));
  await page.page.getByTestId('upload-error').getByText('The file is not a firmware image').waitFor();
  await choose('huge.bin', appImage({ bytes: 4 * 1024 * 1024 + 1 }));
  await page.page.getByTestId('upload-error').getByText('larger than 4 MiB').waitFor();
});

test('an uploaded firmware is listed with its version and board', async () => {
  await choose('vigie-camera.bin', appImage({ version: '1.1.0', bytes: 3_000_000 }));
  const image = page.page.locator('[data-testid=firmware-image][data-version="1.1.0"]');
  await image.getByText('for Linux').waitFor();
  await image.getByText('3.0 MB').waitFor();
  assert.equal(await page.page.getByTestId('upload-error').count(), 0);
});

test('an update is shown from the offer to the installed version', async () => {
  // A slow network, until the page has shown the progress of the download.
  let slow = true;
  let downloads = 0;
  front.meddle = (response, answer) => {
    downloads++;
    answer.writeHead(200, response.headers);
    void (async () => {
      for await (const piece of response) {
        answer.write(piece);
        if (slow) await delay(100);
      }
      answer.end();
    })();
    return true;
  };
  await row(door.id).getByTestId('update-camera').click();
  const dialog = page.page.getByTestId('update-dialog');
  await dialog.getByText('usually within a minute').waitFor();
  assert.equal(await dialog.getByTestId('allow-older').count(), 0);
  await dialog.getByTestId('dialog-submit').click();
  await state(door.id, 'downloading')
    .getByText(/: 0\.[1-9] of 3\.0 MB/)
    .waitFor();
  assert.ok(Number(await row(door.id).locator('wa-progress-bar').getAttribute('value')) > 0);
  assert.equal(await row(door.id).getByTestId('update-camera').getAttribute('disabled'), '');
  slow = false;
  await state(door.id, 'done').getByText('Updated to 1.1.0.').waitFor();
  await row(door.id).getByText('1.1.0 · virtual, Linux').waitFor();
  assert.equal(downloads, 1);
  front.meddle = () => false;
});

test('the result is dismissed', async () => {
  await row(door.id).getByTestId('clear-update').click();
  await row(door.id).getByTestId('update-state').waitFor({ state: 'detached' });
});

test('a version that is not newer needs a tick, and is refused with the reason without it', async () => {
  await row(door.id).getByTestId('update-camera').click();
  const dialog = page.page.getByTestId('update-dialog');
  await dialog.getByTestId('allow-older').waitFor();
  await dialog.getByTestId('dialog-submit').click();
  await dialog.getByTestId('dialog-error').getByText('1.1.0 is the same').waitFor();
  await dialog.getByTestId('allow-older').click();
  await dialog.getByTestId('dialog-submit').click();
  await state(door.id, 'done').waitFor();
});

test('a firmware is deleted', async () => {
  await page.page.getByTestId('delete-firmware').click();
  await page.page.getByTestId('confirm-dialog').getByTestId('dialog-submit').click();
  await page.page.getByTestId('no-firmware').waitFor();
});

test('a viewer does not find the firmware page', async () => {
  await admin.addViewer('anna', 'a password of her own', [door.id]);
  const other = await browser.open(server.url);
  await other.signIn('anna', 'a password of her own');
  assert.equal(await other.page.getByRole('link', { name: 'Firmware' }).count(), 0);
  await other.page.goto(`${server.url}/firmware`);
  await other.page.getByTestId('not-found').waitFor();
});
