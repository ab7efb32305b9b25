import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { after, test } from 'node:test';
import type { PairedCamera } from '../../server/wire/camera.ts';
import { TestBrowser } from '../support/browser.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';

const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const front = await TlsFront.start(server.url);
const httpsUrl = front.cameraUrl.replace('wss:', 'https:').replace('/camera', '');
const browser = await TestBrowser.launch();
after(async () => {
  await browser.close();
  front.close();
  await server.stop();
  browser.assertNoProblems();
});

test('over https a camera that is added comes with a code, and the code with its key', async () => {
  const context = await browser.browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(httpsUrl);
  await page.locator('[data-testid=username] input').fill('admin');
  await page.locator('[data-testid=password] input').fill(server.password);
  await page.getByTestId('sign-in').click();
  await page.getByTestId('add-camera').click();
  await page.locator('[data-testid=camera-name-input] input').fill('Front door');
  await page.getByTestId('add-camera-dialog').getByTestId('dialog-submit').click();
  const code = await page.getByTestId('pairing-code').getByTestId('copy-value').textContent();
  assert.match(code ?? '', /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await page.getByTestId('pairing-validity').getByText('Valid until').waitFor();
  const shownId = await page.getByTestId('camera-id').getByTestId('copy-value').textContent();

  const call = request(`${httpsUrl}/api/pairing`, {
    method: 'POST',
    ca: front.certificate.cert,
    headers: { 'Content-Type': 'application/json' },
  });
  call.end(JSON.stringify({ code, board: 'ai-thinker', firmware: '1.0.0' }));
  const [answer] = await once(call, 'response');
  const { cameraId, key } = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as PairedCamera;
  assert.equal(answer.statusCode, 201);
  assert.equal(cameraId, shownId);
  assert.match(key, /^[\w-]{43}$/);
  await context.close();
});

test('over plain http it says why there is no code', async () => {
  const { page } = await browser.open(server.url);
  await page.locator('[data-testid=username] input').fill('admin');
  await page.locator('[data-testid=password] input').fill(server.password);
  await page.getByTestId('sign-in').click();
  await page.getByTestId('camera-menu-button').first().click();
  await page.getByTestId('pair-camera').click();
  await page.getByTestId('confirm-dialog').getByTestId('dialog-submit').click();
  await page.getByTestId('no-pairing-code').getByText('HTTPS').waitFor();
});
