import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { RawCamera } from '../support/ingest-rig.ts';
import { drawnJpeg } from '../support/sample-jpegs.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const camera = await admin.addCamera('Front door');
await admin.addViewer('anna', 'a password of her own', [camera.id]);
const impostor = startCamera(server.cameraUrl, { ...camera, key: randomBytes(32).toString('base64url') });
after(async () => {
  await browser.close();
  await impostor.stop();
  await server.stop();
  browser.assertNoProblems();
});

test('a key that is refused repeatedly is reported to the administrator, on the card and in words, and to no viewer', async () => {
  const [own, hers] = [await browser.open(server.url), await browser.open(server.url)];
  await hers.signIn('anna', 'a password of her own');
  await own.signIn('admin', server.password);
  await own.tile(camera.id).getByTestId('advice-badge').waitFor();
  await own
    .tile(camera.id)
    .getByTestId('camera-link')
    .click({ position: { x: 20, y: 20 } });
  await own.page.locator('[data-testid=advice][data-code=keyRejected]').getByText('New key').waitFor();
  await hers.tile(camera.id).waitFor();
  assert.equal(await hers.page.getByTestId('advice-badge').count(), 0);
  const status = await admin.request<{ advice: { code: string }[] }>('GET', `/cameras/${camera.id}/status`);
  assert.deepEqual(
    status.advice.map(({ code }) => code),
    ['keyRejected'],
  );
});

test('a refused frame is shown on the camera’s page with its reason and what to do, to administrators only', async () => {
  const raw = new RawCamera(server.cameraUrl);
  await raw.shakeHands(camera.id, Buffer.from(camera.key, 'base64url'));
  raw.sendFrame({ width: 2640, height: 16 }, drawnJpeg(2640, 16));
  await raw.next('ack');
  const url = `${server.url}/camera/${camera.id}`;
  const [own, hers] = [await browser.open(url), await browser.open(url)];
  await hers.signIn('anna', 'a password of her own');
  await own.signIn('admin', server.password);
  const refusals = own.page.getByTestId('camera-refusals');
  await refusals.getByText('too large (2640×16 pixels, more than 2592×1944)').waitFor();
  await own.page.locator('[data-testid=advice][data-code=picturesTooLarge]').waitFor();
  await hers.page.getByTestId('camera-title').getByText('Front door').waitFor();
  assert.equal(await hers.page.getByTestId('camera-refusals').count(), 0);
  raw.socket.close();
});
