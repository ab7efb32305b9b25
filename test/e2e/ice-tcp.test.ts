/** A browser that can reach only the TCP port shows live video. */

import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** Runs in the page: removes all candidates of the server except TCP. */
const ONLY_TCP = `(() => {
  const setRemoteDescription = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const sdp = description.sdp.replaceAll(/a=candidate:\\S+ \\d+ udp [^\\r\\n]*\\r?\\n/gi, '');
    return setRemoteDescription.call(this, { type: description.type, sdp });
  };
})();`;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const tcpPort = await freePort();
const server = await ServerProcess.start({ env: { VIGIE_RTC_TCP_PORT: String(tcpPort) } });
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door, FULL_RATE);
after(async () => {
  await browser.close();
  await camera.stop();
  await server.stop();
  browser.assertNoProblems();
});

test('if only TCP passes, the picture is live over the TCP port', async () => {
  const visit = await browser.open(server.url, async (page) => {
    await page.addInitScript(ONLY_TCP);
  });
  await visit.signIn('admin', server.password);
  await visit.untilStatus(door.id, 'live');
  await until('it is video', async () => (await visit.source(door.id)) === 'video');
  for (let picture = 0; picture < 5; picture++) await visit.nextTimeCode(door.id);
  const { remote, protocol } = await until('a path is in use', () => visit.mediaPath());
  assert.deepEqual([protocol, remote.split(':').at(-1)], ['tcp', String(tcpPort)]);
  const tcp = await until('packets have left by it', async () => {
    const stats = (await admin.status()).sfu.tcp;
    return stats && stats.open >= 1 && stats.sent > 50 && stats;
  });
  assert.deepEqual([tcp.malformed, tcp.dropped], [0, 0]);
  await visit.close();
  await until('its connection has gone', async () => (await admin.status()).sfu.tcp?.open === 0, 30_000);
});

test('a browser that can use UDP does', async () => {
  const visit = await browser.open(server.url);
  await visit.signIn('admin', server.password);
  await visit.untilStatus(door.id, 'live');
  await until('it is video', async () => (await visit.source(door.id)) === 'video');
  assert.equal((await until('a path is in use', () => visit.mediaPath())).protocol, 'udp');
  await visit.close();
});
