import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { RTX_PAYLOAD_TYPE, VP8_PAYLOAD_TYPE } from '../../server/sfu/rtp-parameters.ts';
import { timeCodeDifferenceUs } from '../../server/wire/time-code.ts';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { connectivityCheck } from '../support/node-viewer.ts';
import { ServerProcess } from '../support/server-process.ts';
import { throughProxy, UdpProxy } from '../support/udp-proxy.ts';
import { until } from '../support/until.ts';

const server = await ServerProcess.start();
const browser = await TestBrowser.launch();
const admin = await server.admin();
const door = await admin.addCamera('Front door');
const camera = startCamera(server.cameraUrl, door, FULL_RATE);
const { port: serverPort } = (await admin.status()).sfu;
const proxy = await UdpProxy.open(serverPort, 7);
/** The transport's parameters as the page received them: the attacker knows what an observer of the page would. */
let iceParameters = { usernameFragment: '', password: '' };
const page = await browser.open(server.url, async (tab) => {
  tab.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      // While WebRTC is interrupted, pictures arrive by this path too.
      if (typeof payload !== 'string') return;
      const message = JSON.parse(payload) as { data?: { iceParameters?: typeof iceParameters } };
      iceParameters = message.data?.iceParameters ?? iceParameters;
    });
  });
  await throughProxy(tab, proxy);
});
after(async () => {
  await browser.close();
  await camera.stop();
  proxy.close();
  await server.stop();
  browser.assertNoProblems();
});

/** Resolves when the shown time code has advanced by this much. */
async function runsOnFor(seconds: number): Promise<void> {
  const first = await page.nextTimeCode(door.id);
  await until(`${seconds} s more of the picture are shown`, async () => {
    const code = await page.timeCode(door.id);
    return code !== undefined && timeCodeDifferenceUs(code, first) > seconds * 1_000_000;
  });
}

/** Sums over all incoming video, from getStats. */
function repairFigures(): Promise<{ repairs: number; requests: number }> {
  return page.page.evaluate(async () => {
    const sums = { repairs: 0, requests: 0 };
    for (const peer of window.peerConnections) {
      for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (entry['type'] !== 'inbound-rtp') continue;
        sums.repairs += Number(entry['fecPacketsReceived']);
        sums.requests += Number(entry['pliCount']);
      }
    }
    return sums;
  });
}

function payloadTypeOf(datagram: Buffer): number {
  return (datagram[1] ?? 0) & 0x7f;
}

test('the picture comes through the proxy', async () => {
  await page.signIn('admin', server.password);
  await page.untilStatus(door.id, 'live');
  await page.nextTimeCode(door.id);
  assert.equal(await page.source(door.id), 'video');
  assert.ok(proxy.forwarded > 10);
});

test('the browser knows the round trip, which it needs to ask for lost packets in time', async () => {
  await until('getStats shows it', () =>
    page.page.evaluate(async () => {
      for (const peer of window.peerConnections) {
        for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>)
          if (entry['type'] === 'remote-outbound-rtp' && Number(entry['roundTripTimeMeasurements']) > 0)
            return true;
      }
      return false;
    }),
  );
});

test('with 3 % of the packets lost, they are retransmitted and the picture continues', async () => {
  proxy.loss = 0.03;
  await runsOnFor(8);
  await until('getStats shows retransmissions', async () => {
    const { nackCount, retransmittedPacketsReceived } = await page.videoStats();
    return nackCount > 0 && retransmittedPacketsReceived > 0;
  });
  proxy.loss = 0;
  assert.equal(await page.source(door.id), 'video', 'it did not need the fallback');
  assert.ok(proxy.dropped > 10, `${proxy.dropped} packets were lost`);
  await runsOnFor(1);
});

test('on a long way, a lost packet is repaired without being sent again', async () => {
  let packets = 0;
  const isTwentieth = (datagram: Buffer): boolean =>
    payloadTypeOf(datagram) === VP8_PAYLOAD_TYPE && ++packets % 20 === 0;
  proxy.delayMs = 40;
  proxy.losing = isTwentieth;
  await until('repair packets come', async () => (await repairFigures()).repairs > 20);
  const before = await repairFigures();
  proxy.losing = (datagram) => payloadTypeOf(datagram) === RTX_PAYLOAD_TYPE || isTwentieth(datagram);
  await runsOnFor(4);
  // Without repairs nearly each of the forty losses or so ends in a request. A smaller picture for the slower line needs none.
  const requests = (await repairFigures()).requests - before.requests;
  assert.ok(requests <= 2, `${requests} requests for a keyframe`);
  proxy.losing = () => false;
  proxy.delayMs = 0;
});

test('when a NAT changes the viewer’s address, the picture continues', async () => {
  proxy.rebind();
  await runsOnFor(3);
  await until('it comes as video', async () => (await page.source(door.id)) === 'video');
  assert.equal((await admin.status()).sfu.transports, 1, 'on the transport it had');
});

const forgeries: [name: string, options: Parameters<typeof connectivityCheck>[1]][] = [
  ['a made-up user', { username: 'nobody:attacker' }],
  ['the right user and no integrity', { password: null }],
  ['the right user and another password', { password: 'f'.repeat(32) }],
  ['a nomination behind a genuine integrity', { nominate: false, appended: Buffer.from('00250000', 'hex') }],
];
for (const [name, options] of forgeries) {
  test(`a forged STUN request with ${name} gets no answer, and the viewer stays connected`, async () => {
    assert.notEqual(iceParameters.password, '');
    const forger = createSocket('udp4');
    forger.bind(0, '127.0.0.1');
    await once(forger, 'listening');
    let received = 0;
    forger.on('message', () => received++);
    for (let i = 0; i < 20; i++)
      forger.send(connectivityCheck(iceParameters, options), serverPort, '127.0.0.1');
    await runsOnFor(2);
    forger.close();
    assert.equal(received, 0, 'neither an answer nor media');
    assert.equal(await page.source(door.id), 'video', 'it did not need the fallback');
  });
}

test('a viewer that disappears is removed within 30 s', async () => {
  const other = await TestBrowser.launch({});
  const victim = await other.open(server.url);
  await victim.signIn('admin', server.password);
  await victim.untilStatus(door.id, 'live');
  assert.equal((await admin.status()).sfu.transports, 2);
  other.freeze();
  await until('its transport is gone', async () => (await admin.status()).sfu.transports === 1, 30_000);
  await page.nextTimeCode(door.id);
  await other.kill();
});
