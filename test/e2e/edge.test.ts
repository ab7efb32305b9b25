/** The web app at an edge, whose site is reached through a real nats-server alone. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { edgePermissions, sitePermissions } from '../../server/core/edges/subjects.ts';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { untilSiteAnswers } from '../support/household.ts';
import { NatsServer } from '../support/nats-server.ts';
import { ServerProcess } from '../support/server-process.ts';

const PASSWORD = 'correct horse battery staple';

const nats = await NatsServer.start([
  { name: 'home', account: 'household', permissions: sitePermissions('home') },
  { name: 'paris', account: 'household', permissions: edgePermissions('paris', ['home']) },
]);
const nodeOf = (name: string, env: Record<string, string>) =>
  ServerProcess.start({
    files: { 'nats.txt': nats.credentialsOf(name) },
    env: { VIGIE_NATS_URL: nats.url, VIGIE_NATS_CREDENTIALS: 'nats.txt', VIGIE_SITE: 'home', ...env },
  });
const [site, edge, browser] = await Promise.all([
  nodeOf('home', {}),
  nodeOf('paris', { VIGIE_ROLE: 'edge', VIGIE_EDGE: 'paris' }),
  TestBrowser.launch(),
]);
await untilSiteAnswers(edge);
const admin = await site.admin();
const door = await admin.addCamera('Front door');
const { id: userId } = await admin.addViewer('anna', PASSWORD, [door.id]);
const camera = startCamera(site.cameraUrl, door);
after(async () => {
  await browser.close();
  await camera.stop();
  await edge.stop();
  await site.stop();
  await nats.stop();
  // While NATS is away the browser logs what is not answered.
  browser.assertNoProblems(/WebSocket connection to|status of 503/);
});

test('a viewer signs in at an edge and sees the camera of a house that nothing can reach', async () => {
  const tab = await browser.open(edge.url);
  await tab.signIn('anna', PASSWORD);
  const tile = tab.tile(door.id);
  await tile.locator('[data-status=live]').waitFor();
  await tab.nextTimeCode(door.id);
  assert.equal(await tab.source(door.id), 'video');
  assert.equal((await admin.status()).encoding, 1);

  await nats.kill();
  await tab.page.getByTestId('reconnecting').waitFor();
  await nats.restart();
  await tile.locator('[data-status=live]').waitFor();
  await tab.nextTimeCode(door.id);
  assert.equal(await tab.source(door.id), 'video');

  await admin.setRights(userId, []);
  await tile.waitFor({ state: 'detached' });
  await tab.page.close();
});
