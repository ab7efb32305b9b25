import assert from 'node:assert/strict';
import type { MediaPath } from '../support/page-scripts.ts';
import { turnCredentials } from '../../server/core/stun-turn/turn-credentials.ts';
import { until } from '../support/until.ts';
import { CADDY_HTTPS_PORT, Edge, TURN_NAME, TURN_URLS, WEB_NAME, WEB_URL } from './support/edge.ts';
import { HOME_ADDRESS, HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import type { Passage } from './support/nat-router.ts';
import { turnAttempts } from './support/turn-attempts.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

const COTURN_ADDRESS = '192.168.1.11';
const FORWARDED = [
  { name: 'turn_udp', protocol: 'udp', port: 3478, to: COTURN_ADDRESS },
  { name: 'turn_tcp', protocol: 'tcp', port: 3478, to: COTURN_ADDRESS },
  { name: 'turn_tls', protocol: 'tcp', port: 5349, to: COTURN_ADDRESS },
] as const;
const CADDY = {
  name: 'web',
  protocol: 'tcp',
  port: 443,
  to: SERVER_ADDRESS,
  toPort: CADDY_HTTPS_PORT,
} as const;
const HAPROXY = { name: 'web', protocol: 'tcp', port: 443, to: SERVER_ADDRESS } as const;
const WEB: Passage = { name: 'web', protocol: 'tcp', port: 443, to: HOME_ADDRESS };

/** The traffic that the viewer's network allows, and the resulting path. */
const CASES: [what: string, passage: Passage | undefined, way: MediaPath['relayProtocol']][] = [
  ['TURN over UDP', { name: 'turn', protocol: 'udp', port: 3478, to: HOME_ADDRESS }, 'udp'],
  ['TURN over TCP', { name: 'turn', protocol: 'tcp', port: 3478, to: HOME_ADDRESS }, 'tcp'],
  ['TURN over TLS', { name: 'turn', protocol: 'tcp', port: 5349, to: HOME_ADDRESS }, 'tls'],
  ['port 443, where TURN over TLS shares the port with the web', undefined, 'tls'],
];

networkTest('through a network that allows one kind of TURN only, video uses it', async (context) => {
  const names = { [WEB_NAME]: HOME_ADDRESS, [TURN_NAME]: HOME_ADDRESS };
  using networks = new HomeAndAway({
    home: { forwardedPorts: [CADDY, ...FORWARDED] },
    away: { passages: [WEB] },
    names,
  });
  await using edge = await Edge.start({
    web: networks.server,
    sharedPort: true,
    upstream: `127.0.0.1:${HTTP_PORT}`,
    turn: networks.addAtHome('coturn', COTURN_ADDRESS),
    turnAddress: COTURN_ADDRESS,
    turnEnv: { TURN_ALLOWED_PEERS: SERVER_ADDRESS },
  });
  await using server = await startServer(networks.server, {
    VIGIE_ANNOUNCED_ADDRESS: HOME_ADDRESS,
    VIGIE_TRUSTED_PROXIES: 'loopback',
    VIGIE_TURN_URLS: TURN_URLS.join(','),
    VIGIE_TURN_SECRET: edge.turnSecret,
  });
  await using watching = await Watching.start(networks.viewer, server, WEB_URL, {
    args: edge.chromiumArgs,
  });
  const { homeRouter, viewersRouter } = networks;
  for (const [what, passage, way] of CASES) {
    await context.test(what, async (part) => {
      viewersRouter.setPassages([WEB, ...(passage ? [passage] : [])]);
      if (!passage) homeRouter.setForwardedPorts([HAPROXY, ...FORWARDED]);
      const timeMs = await watching.timeToVideoMs();
      const path = await watching.untilMoving();
      assert.equal(path?.local, 'relay');
      assert.equal(path.relayProtocol, way);
      assert.equal(path.remote, `${SERVER_ADDRESS}:${RTC_PORT}`);
      if (passage) await until('the video passes there', () => viewersRouter.packets('turn') > 100);
      part.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
    });
  }

  await context.test('coturn crashes and returns during playback', async (part) => {
    const pictureMs = await watching.fallbackMs(() => edge.coturn.kill());
    const videoMs = await watching.returnOfVideoMs(() => edge.coturn.restart());
    assert.equal((await watching.untilMoving())?.local, 'relay');
    part.diagnostic(
      `pictures after ${Math.round(pictureMs)} ms, video ${Math.round(videoMs)} ms after it is back`,
    );
  });

  await context.test('coturn refuses expired and forged credentials, and other hosts of the home LAN', () => {
    viewersRouter.setPassages(undefined);
    const good = turnCredentials(edge.turnSecret, 'anna', Date.now(), 300);
    const [expiry = ''] = good.username.split(':');
    const attempts = [
      good,
      turnCredentials(edge.turnSecret, 'anna', Date.now(), -1),
      turnCredentials('a secret that somebody made up', 'anna', Date.now(), 300),
      { ...good, username: `${Number(expiry) + 3600}:anna` },
      { ...good, peer: SERVER_ADDRESS },
      { ...good, peer: '192.168.1.1' },
      { ...good, peer: '127.0.0.1' },
    ];
    assert.deepEqual(turnAttempts(networks.viewer, HOME_ADDRESS, attempts), [0, 401, 401, 401, 0, 403, 403]);
  });
});
