import assert from 'node:assert/strict';
import type { MediaPath } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { CADDY_HTTPS_PORT, Edge, TURN_NAME, TURN_URLS, WEB_NAME, WEB_URL } from './support/edge.ts';
import { HOME_ADDRESS, HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import type { Passage } from './support/nat-router.ts';
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

/** What the viewer's network lets out, and how the video then comes. */
const CASES: [what: string, passage: Passage | undefined, way: MediaPath['relayProtocol']][] = [
  ['TURN over UDP', { name: 'turn', protocol: 'udp', port: 3478, to: HOME_ADDRESS }, 'udp'],
  ['TURN over TCP', { name: 'turn', protocol: 'tcp', port: 3478, to: HOME_ADDRESS }, 'tcp'],
  ['TURN over TLS', { name: 'turn', protocol: 'tcp', port: 5349, to: HOME_ADDRESS }, 'tls'],
  ['port 443, where TURN over TLS hides beside the web', undefined, 'tls'],
];

networkTest(
  'through a network that lets out only one kind of TURN, the picture comes by that',
  async (context) => {
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
    for (const [what, passage, way] of CASES) {
      const { homeRouter, viewersRouter } = networks;
      if (!passage) homeRouter.setForwardedPorts([HAPROXY, ...FORWARDED]);
      viewersRouter.setPassages([WEB, ...(passage ? [passage] : [])]);
      const timeMs = await watching.timeToVideoMs();
      const path = await watching.untilMoving();
      assert.equal(path?.local, 'relay', what);
      assert.equal(path.relayProtocol, way, what);
      assert.equal(path.remote, `${SERVER_ADDRESS}:${RTC_PORT}`, what);
      if (passage) await until(`the video passes as ${what}`, () => viewersRouter.packets('turn') > 100);
      context.diagnostic(`${what}: time to video ${Math.round(timeMs)} ms`);
    }
  },
);
