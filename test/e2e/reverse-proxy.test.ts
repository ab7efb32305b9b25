import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { ApiSession } from '../support/api-session.ts';
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
  // The browser logs a WebSocket that does not open, and the status of the request for the reason.
  browser.assertNoProblems(/WebSocket connection to|status of 426/);
});

// Side by side: each has pages, and a proxy, of its own, and the first waits for timeouts of the page.
suite('behind a proxy', { concurrency: true }, () => {
  test('behind a proxy that does not pass Upgrade the page says so, and links to the connection check', async () => {
    const proxy = await ReverseProxy.start({ target: server.url, dropsUpgrade: true });
    const tab = await browser.open(proxy.url);
    await tab.signIn('admin', server.password);
    const banner = tab.page.getByTestId('reconnecting');
    await banner.getByText('WebSocket is blocked').waitFor();
    await banner.getByTestId('check-connection').click();
    await tab.page
      .getByTestId('check-verdict')
      .getByText('WebSocket is blocked')
      .waitFor({ timeout: 20_000 });
    assert.equal(new URL(tab.page.url()).pathname, '/connection');
    await tab.page.close();
    await proxy.close();
  });

  test('behind a proxy that leaves the port out of Host, a user signs in and watches', async () => {
    const proxy = await ReverseProxy.start({ target: server.url, dropsPort: true });
    const tab = await browser.open(proxy.url);
    await tab.signIn('admin', server.password);
    await tab.tile(door.id).locator('[data-status=live]').waitFor();
    await tab.page.close();
    await proxy.close();
  });

  for (const stripsLocation of [false, true]) {
    const name = stripsLocation ? 'and strips it' : 'and passes it on';
    test(`under the base path that a proxy serves ${name}, all features work`, async () => {
      await using below = await ServerProcess.start({
        env: { VIGIE_TRUSTED_PROXIES: 'loopback', VIGIE_BASE_PATH: '/home/vigie/' },
      });
      const proxy = await ReverseProxy.start({
        target: new URL(below.url).origin,
        location: '/home/vigie/',
        stripsLocation,
      });
      const base = `${proxy.url}/home/vigie`;
      const api = await ApiSession.signIn(base, 'admin', below.password);
      const gate = await api.addCamera('Gate');
      const sending = startCamera(`${base.replace('http', 'ws')}/camera`, gate);
      const tab = await browser.open(`${base}/`);
      await tab.signIn('admin', below.password);
      await tab.tile(gate.id).locator('[data-status=live]').waitFor();
      await tab.tile(gate.id).getByTestId('camera-link').click();
      await tab.page.getByTestId('camera-title').getByText('Gate').waitFor();
      assert.equal(new URL(tab.page.url()).pathname, `/home/vigie/camera/${gate.id}`);

      await tab.page.reload();
      await tab.page.locator('vigie-camera-page [data-status=live]').waitFor();
      const cookies = await tab.page.context().cookies();
      assert.deepEqual(cookies.map(({ name: cookie, path }) => `${cookie} ${path}`).toSorted(), [
        'vigie_device /home/vigie/api/auth',
        'vigie_media /home/vigie/api/cameras',
        'vigie_refresh /home/vigie/api/auth',
        'vigie_session /home/vigie',
      ]);
      const loaded = await tab.page.evaluate(async (path) => {
        const { ok } = await fetch(`${path}/snapshot.jpg`);
        const worker = await navigator.serviceWorker.register('/home/vigie/service-worker.js');
        return { ok, scope: new URL(worker.scope).pathname };
      }, `/home/vigie/api/cameras/${gate.id}`);
      assert.deepEqual(loaded, { ok: true, scope: '/home/vigie/' });
      await tab.page.close();
      await sending.stop();
      await proxy.close();
    });
  }
});
