/** The web app at two edges behind one name, of which one dies. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera-process.ts';
import { Household, untilSiteAnswers } from '../support/household.ts';
import { ReverseProxy } from '../support/reverse-proxy.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'correct horse battery staple';

const household = await Household.start(['home'], { paris: 'home', oslo: 'home' });
const [site, paris, oslo, browser] = await Promise.all([
  household.site('home'),
  household.edge('paris', 'home'),
  household.edge('oslo', 'home'),
  TestBrowser.launch(),
]);
await untilSiteAnswers(paris, oslo);
const admin = await site.admin();
const door = await admin.addCamera('Front door');
await admin.addViewer('anna', PASSWORD, [door.id]);
const camera = startCamera(site.cameraUrl, door);
let used = paris;
const name = await ReverseProxy.start({ target: () => used.url, onUnreachable: () => (used = oslo) });
after(async () => {
  await browser.close();
  await name.close();
  await camera.stop();
  await household.stop();
  // While the proxy finds out the browser logs what is not answered.
  browser.assertNoProblems(/WebSocket connection to|status of 50[23]/);
});

test('viewers of an edge that dies go on at the other, without a reload', async () => {
  const tab = await browser.open(name.url);
  await tab.signIn('anna', PASSWORD);
  const tile = tab.tile(door.id);
  await tile.locator('[data-status=live]').waitFor();
  await tab.nextTimeCode(door.id);
  await tab.page.evaluate(() => (document.documentElement.dataset['mark'] = 'the same page'));

  await paris.kill();
  // Pictures that come now come from the other one.
  await tab.nextTimeCode(door.id);
  await until('they are video again', async () => (await tab.source(door.id)) === 'video');
  await tab.nextTimeCode(door.id);
  assert.deepEqual(
    [await tab.page.locator('html').getAttribute('data-mark'), used === oslo],
    ['the same page', true],
  );
  assert.equal((await admin.status()).encoding, 1);
  await tab.page.close();
});
