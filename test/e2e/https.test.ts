/** A browser that has installed the certificate of the local authority: no warning, and live video by https and wss. */

import assert from 'node:assert/strict';
import { hostname, networkInterfaces } from 'node:os';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { homeThatTrusts } from '../support/browser-trust.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start({ env: { VIGIE_TLS: 'local' } });
const pem = await (await fetch(`${server.url.replace('https:', 'http:')}/ca.pem`)).text();
setDefaultCACertificates([...getCACertificates('default'), pem]);
const home = homeThatTrusts(pem);
const browser = await TestBrowser.launch({ home });
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl.replace('wss:', 'ws:'), door);
const { port } = new URL(server.url);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  browser.assertNoProblems();
});

test('the sign-in page leads to the certificate, whose fingerprint is the server’s', async () => {
  const visit = await browser.open(server.url);
  await visit.page.getByTestId('secure-link').click();
  await visit.page.getByRole('heading', { name: 'Secure connection' }).waitFor();
  const { authority } = (await (await fetch(`${server.url}/api/local-authority`)).json()) as {
    authority: { fingerprint: string };
  };
  await visit.page.getByText(authority.fingerprint).waitFor();
  const download = await visit.page.evaluate(async () => {
    const response = await fetch('/ca.crt');
    return [response.status, response.headers.get('content-type')];
  });
  assert.deepEqual(download, [200, 'application/x-x509-ca-cert']);
  await visit.page.getByText('Back to sign-in').click();
  await visit.page.getByTestId('sign-in-form').waitFor();
  await visit.close();
});

test('an http address, by name and by IP address, leads to the https page without a warning, and video is live', async () => {
  const address = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  for (const host of ['localhost', '127.0.0.1', address ?? hostname()]) {
    const visit = await browser.open(`http://${host}:${port}/`);
    assert.equal(await visit.page.evaluate(() => location.origin), `https://${host}:${port}`);
    await visit.signIn('admin', server.password);
    await visit.untilStatus(door.id, 'live');
    await visit.nextTimeCode(door.id);
    assert.equal(await visit.source(door.id), 'video');
    const cookies = await visit.context.cookies();
    assert.ok(cookies.length >= 2 && cookies.every(({ secure }) => secure), 'every cookie is Secure');
    await visit.page.getByTestId('user-menu').click();
    await visit.page.getByTestId('secure-connection').waitFor();
    await visit.close();
  }
});
