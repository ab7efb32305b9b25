/** Addresses and commands that the app offers for cameras and sensors work as they are copied. */

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { lanAddresses } from '../../server/core/address/lan-addresses.ts';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { homeThatTrusts } from '../support/browser-trust.ts';
import { Child } from '../support/child-process.ts';
import { callLikeCurl } from '../support/curl-call.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TlsFront } from '../support/tls-front.ts';

const [lanAddress = 'localhost'] = lanAddresses(networkInterfaces());

async function addCamera({ page }: TestPage, name: string): Promise<void> {
  await page.getByTestId('add-camera').click();
  await page.locator('[data-testid=camera-name-input] input').fill(name);
  await page.getByTestId('add-camera-dialog').getByTestId('dialog-submit').click();
}

async function shown({ page }: TestPage, testId: string): Promise<string> {
  return ((await page.getByTestId(testId).getByTestId('copy-value').textContent()) ?? '').trim();
}

/** Runs the copied command in the folder that the server was started in. */
function runCommand(command: string, server: ServerProcess): Child {
  const [, words = ''] = /^npm run camera -- (.+)$/.exec(command) ?? [];
  return new Child('server/virtual-camera/main.ts', words.split(' '), { cwd: server.folder });
}

async function addSensor({ page }: TestPage): Promise<void> {
  await page.getByTestId('camera-menu-button').first().click();
  await page.getByTestId('camera-sensors').click();
  await page.locator('[data-testid=sensor-name] input').fill('Porch');
  await page.getByTestId('sensors-dialog').getByTestId('dialog-submit').click();
}

for (const tls of ['', 'local']) {
  const scheme = tls === '' ? '' : 's';
  test(`a page opened at localhost offers the LAN address for devices, by ws${scheme}`, async (context) => {
    await using server = await ServerProcess.start({ env: { VIGIE_TLS: tls } });
    const { port } = new URL(server.url);
    let home: string | undefined;
    if (tls === 'local') {
      const pem = await (await fetch(`http://localhost:${port}/ca.pem`)).text();
      setDefaultCACertificates([...getCACertificates('default'), pem]);
      home = homeThatTrusts(pem);
    }
    const browser = await TestBrowser.launch(home === undefined ? undefined : { home });
    context.after(async () => {
      await browser.close();
      if (home !== undefined) rmSync(home, { recursive: true, force: true });
      browser.assertNoProblems();
    });
    const visit = await browser.open(server.url);
    await visit.signIn('admin', server.password);
    await addCamera(visit, 'Front door');
    const url = `ws${scheme}://${lanAddress}:${port}/camera`;
    assert.match(await shown(visit, 'camera-configuration'), new RegExp(`^VIGIE_SERVER_URL=${url}\n`));
    const command = await shown(visit, 'camera-command');
    assert.ok(command.startsWith(`npm run camera -- --url ${url} `), command);
    assert.equal(command.includes(' --ca data/tls/ca.crt'), tls === 'local', command);
    await using camera = runCommand(command, server);
    await camera.line(/online/);
    await visit.page.getByTestId('dialog-done').click();

    await addSensor(visit);
    const sensorCommand = await shown(visit, 'sensor-command');
    assert.ok(sensorCommand.includes(` http${scheme}://${lanAddress}:${port}/api/`), sensorCommand);
    assert.equal(sensorCommand.includes(' --cacert data/tls/ca.crt'), tls === 'local', sensorCommand);
    assert.equal((await callLikeCurl(sensorCommand)).status, 201);
  });
}

test('one of several addresses is chosen, and the text to copy follows', async (context) => {
  await using server = await ServerProcess.start();
  const browser = await TestBrowser.launch();
  context.after(async () => {
    await browser.close();
    browser.assertNoProblems();
  });
  const visit = await browser.open(server.url, async (page) => {
    await page.route('**/api/connection/addresses', (route) =>
      route.fulfill({
        json: { origins: ['http://192.168.1.10:8080', 'http://10.0.0.10:8080'], authorityFile: null },
      }),
    );
  });
  await visit.signIn('admin', server.password);
  await addCamera(visit, 'Front door');
  assert.match(await shown(visit, 'camera-configuration'), /^VIGIE_SERVER_URL=ws:\/\/192\.168\.1\.10:8080\//);
  await visit.page.getByTestId('server-address').click();
  await visit.page.getByRole('option', { name: 'http://10.0.0.10:8080' }).click();
  assert.match(await shown(visit, 'camera-configuration'), /^VIGIE_SERVER_URL=ws:\/\/10\.0\.0\.10:8080\//);
  assert.match(await shown(visit, 'camera-command'), / --url ws:\/\/10\.0\.0\.10:8080\/camera /);
});

test('behind a proxy the address has the proxy’s name and port, with https', async (context) => {
  await using server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
  const front = await TlsFront.start(server.url);
  const browser = await TestBrowser.launch({
    args: ['--host-resolver-rules=MAP cams.example.org 127.0.0.1', '--ignore-certificate-errors'],
  });
  context.after(async () => {
    await browser.close();
    front.close();
    browser.assertNoProblems();
  });
  const { port } = new URL(front.cameraUrl);
  const visit = await browser.open(`https://cams.example.org:${port}`);
  await visit.signIn('admin', server.password);
  await addCamera(visit, 'Front door');
  const url = `wss://cams.example.org:${port}/camera`;
  assert.match(await shown(visit, 'camera-configuration'), new RegExp(`^VIGIE_SERVER_URL=${url}\n`));
  assert.equal(await visit.page.getByTestId('server-address').count(), 0);
});
