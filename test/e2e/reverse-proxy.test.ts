import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { ServerProcess } from '../support/server-process.ts';

const server = await ServerProcess.start({ env: { VIGIE_TRUSTED_PROXIES: 'loopback' } });
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  // A WebSocket that does not open is told by the browser, and so is the status of the question why.
  browser.assertNoProblems(/WebSocket connection to|status of 426/);
});

test('behind a proxy that does not pass Upgrade on the page says so, and leads to the connection check', async () => {
  const proxy = await ReverseProxy.start({ target: server.url, dropsUpgrade: true });
  const tab = await browser.open(proxy.url);
  await tab.signIn('admin', server.password);
  const banner = tab.page.getByTestId('reconnecting');
  await banner.getByText('WebSocket does not get through').waitFor();
  await banner.getByTestId('check-connection').click();
  await tab.page
    .getByTestId('check-verdict')
    .getByText('WebSocket does not get through')
    .waitFor({ timeout: 20_000 });
  assert.equal(new URL(tab.page.url()).pathname, '/connection');
  await tab.page.close();
  await proxy.close();
});

test('behind a proxy that leaves the port out of the host one signs in and watches', async () => {
  const proxy = await ReverseProxy.start({ target: server.url, dropsPort: true });
  const tab = await browser.open(proxy.url);
  await tab.signIn('admin', server.password);
  await tab.tile(door.id).locator('[data-status=live]').waitFor();
  await tab.page.close();
  await proxy.close();
});
