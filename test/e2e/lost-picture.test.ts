/** A camera that has stopped sends no further packet by which a browser could notice that the last one was lost. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VP8_PAYLOAD_TYPE } from '../../server/sfu/rtp-parameters.ts';
import { TestBrowser } from '../support/browser.ts';
import { ScriptedCamera } from '../support/scripted-camera.ts';
import { ServerProcess } from '../support/server-process.ts';
import { throughProxy, UdpProxy } from '../support/udp-proxy.ts';
import { until } from '../support/until.ts';

const isVideo = (datagram: Buffer): boolean =>
  (datagram[0] ?? 0) >> 6 === 2 && ((datagram[1] ?? 0) & 0x7f) === VP8_PAYLOAD_TYPE;

test('who joins a stalled camera sees its picture, though every packet of it was lost at first', async () => {
  await using server = await ServerProcess.start();
  const admin = await server.admin();
  const porch = await admin.addCamera('Porch');
  await using camera = await ScriptedCamera.connect(server.cameraUrl, porch);
  camera.send();
  const proxy = await UdpProxy.open((await admin.status()).sfu.port, 7);
  let lost = 0;
  proxy.losing = (datagram) => isVideo(datagram) && ++lost > 0;
  const browser = await TestBrowser.launch();
  const page = await browser.open(server.url, (tab) => throughProxy(tab, proxy));
  await page.signIn('admin', server.password);
  const { page: tab } = page;
  await tab.goto(`${server.url}/camera/${porch.id}`);
  const video = tab.locator('vigie-camera-page').getByTestId('camera-video');
  await until(
    'its picture is shown',
    () => video.evaluate((element) => (element as HTMLVideoElement).videoWidth === 320),
    20_000,
  );
  assert.ok(lost > 0);
  await browser.close();
  proxy.close();
  browser.assertNoProblems();
});
