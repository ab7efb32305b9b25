/** The browser's console stays empty on every page. */

import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { rmSync } from 'node:fs';
import { suite, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Page } from 'playwright-core';
import { routePath, type Reachable } from '../../client/routing/routes.ts';
import { lanAddresses } from '../../server/core/address/lan-addresses.ts';
import { TestBrowser } from '../support/browser.ts';
import { homeThatTrusts } from '../support/browser-trust.ts';
import { startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';

const PASSWORD = 'a password of her own';
const [lanAddress = 'localhost'] = lanAddresses(networkInterfaces());

/** Every page of the routes. */
function routesOf(cameraId: string): Record<Reachable['page'], Reachable> {
  return {
    cameras: { page: 'cameras' },
    camera: { page: 'camera', cameraId },
    recordings: { page: 'recordings', cameraId },
    motion: { page: 'motion', cameraId },
    setup: { page: 'setup', cameraId },
    lookBack: { page: 'lookBack' },
    events: { page: 'events' },
    users: { page: 'users' },
    keys: { page: 'keys' },
    firmware: { page: 'firmware' },
    webhooks: { page: 'webhooks' },
    audit: { page: 'audit' },
    notifications: { page: 'notifications' },
    connection: { page: 'connection' },
    secure: { page: 'secure' },
    api: { page: 'api' },
  };
}

/** Collects all console messages from now on except plain output. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${new URL(page.url()).pathname}: ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${new URL(page.url()).pathname}: ${String(error)}`));
  return complaints;
}

// Side by side, both ways and both users: nearly all of the time is waiting for an idle network.
suite('the console', { concurrency: true }, () => {
  for (const tls of ['', 'local'])
    test(`every page leaves the console empty, over ${tls === '' ? 'http in the LAN' : 'https'}`, async (context) => {
      const server = await ServerProcess.start({ env: { VIGIE_TLS: tls } });
      const { port } = new URL(server.url);
      const url = `${tls === '' ? 'http' : 'https'}://${lanAddress}:${port}`;
      const pem = tls === '' ? undefined : await (await fetch(`http://localhost:${port}/ca.pem`)).text();
      if (pem !== undefined) setDefaultCACertificates([...getCACertificates('default'), pem]);
      const home = pem === undefined ? undefined : homeThatTrusts(pem);
      const browser = await TestBrowser.launch(home === undefined ? undefined : { home });
      const admin = await server.admin();
      const door = await admin.addCamera('Front door');
      await admin.addViewer('anna', PASSWORD, [door.id]);
      const camera = startCamera(server.cameraUrl.replace('wss:', 'ws:'), door);
      context.after(async () => {
        await browser.close();
        await camera.stop();
        await server.stop();
        if (home !== undefined) rmSync(home, { recursive: true, force: true });
      });
      await camera.line(/online/);
      const routes = Object.values(routesOf(door.id));

      const visitAll = async (username: string, password: string): Promise<void> => {
        let complaints: string[] = [];
        // A first visit: the sign-in page, with empty storage.
        const visit = await browser.open(url, (page) => {
          complaints = complaintsOf(page);
          return Promise.resolve();
        });
        await visit.page.getByTestId('sign-in').waitFor();
        await visit.page.goto(`${url}/secure`, { waitUntil: 'networkidle' });
        await visit.page.goto(url);
        await visit.signIn(username, password);
        for (const route of routes) {
          await visit.page.goto(url + routePath(route), { waitUntil: 'networkidle' });
          await visit.page.locator('h1').first().waitFor();
        }
        assert.deepEqual(complaints, [], username);
        await visit.close();
      };
      await Promise.all([visitAll('admin', server.password), visitAll('anna', PASSWORD)]);
    });
});
