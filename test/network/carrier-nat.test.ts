import assert from 'node:assert/strict';
import { Child } from '../support/child-process.ts';
import { until } from '../support/until.ts';
import { Edge, TURN_NAME, TURN_URLS, WEB_NAME, WEB_URL } from './support/edge.ts';
import { HomeAndAway, RENTED_ADDRESS } from './support/home-and-away.ts';
import type { NatRouterOptions } from './support/nat-router.ts';
import { networkTest } from './support/network-test.ts';
import { HTTP_PORT, startServer, Watching } from './support/watching.ts';

const TUNNEL = 'test/network/support/reverse-tunnel.ts';
const TUNNEL_PORT = 7000;

interface Case {
  home: NatRouterOptions;
  turnUrls: readonly string[];
  /** Whom coturn relays to, besides itself. */
  otherPeers: 'deny' | 'public';
  /** How the viewer then comes to the server's relay. */
  viewers: 'relayed' | 'direct';
}

const CASES: Record<string, Case> = {
  'where coturn relays to nobody but itself': {
    home: {},
    turnUrls: TURN_URLS,
    otherPeers: 'deny',
    viewers: 'relayed',
  },
  'where coturn lets the server reach anybody, so that one relay is enough': {
    home: {},
    turnUrls: TURN_URLS,
    otherPeers: 'public',
    viewers: 'direct',
  },
  'whose network lets no UDP out either': {
    home: {
      passages: [
        { name: 'tunnel', protocol: 'tcp', port: TUNNEL_PORT },
        { name: 'turn', protocol: 'tcp', port: 5349 },
      ],
    },
    turnUrls: TURN_URLS.slice(2, 3),
    otherPeers: 'public',
    viewers: 'direct',
  },
};

for (const [where, { home, turnUrls, otherPeers, viewers }] of Object.entries(CASES)) {
  networkTest(`a server nothing comes in to is reached through its own relay, ${where}`, async (context) => {
    const names = { [WEB_NAME]: RENTED_ADDRESS, [TURN_NAME]: RENTED_ADDRESS };
    using networks = new HomeAndAway({ home, names });
    const { rented, server: inside } = networks;
    const ends = [
      ['outside', String(HTTP_PORT), String(TUNNEL_PORT)],
      ['inside', RENTED_ADDRESS, String(TUNNEL_PORT), String(HTTP_PORT)],
    ] as const;
    await using far = new Child(TUNNEL, ends[0], { prefix: rented.prefix });
    await far.line(/listening/);
    await using near = new Child(TUNNEL, ends[1], { prefix: inside.prefix });
    await using edge = await Edge.start({
      web: rented,
      upstream: `127.0.0.1:${HTTP_PORT}`,
      turn: rented,
      turnAddress: RENTED_ADDRESS,
      turnEnv: { TURN_ALLOWED_PEERS: RENTED_ADDRESS, TURN_OTHER_PEERS: otherPeers },
    });
    await using server = await startServer(inside, {
      VIGIE_TRUSTED_PROXIES: 'loopback',
      VIGIE_TURN_URLS: turnUrls.join(','),
      VIGIE_TURN_SECRET: edge.turnSecret,
      NODE_EXTRA_CA_CERTS: edge.authority,
    });
    await server.child.line(/viewers can come through a relay/);
    await using watching = await Watching.start(networks.viewer, server, WEB_URL, {
      args: edge.chromiumArgs,
    });
    const timeMs = await watching.timeToVideoMs();
    await until('the best way there is was found', async () => {
      const path = await watching.untilMoving();
      // Of the ports that coturn hands out.
      assert.match(path?.remote ?? '', new RegExp(`^${RENTED_ADDRESS}:49\\d{3}$`));
      return (path?.local === 'relay') === (viewers === 'relayed');
    });
    if (home.passages)
      await until('the video leaves by TLS', () => networks.homeRouter.packets('turn') > 100);
    if (viewers === 'relayed') {
      const pictureMs = await watching.fallbackMs(() => edge.coturn.kill());
      const videoMs = await watching.returnOfVideoMs(() => edge.coturn.restart());
      context.diagnostic(
        `coturn dies: pictures after ${Math.round(pictureMs)} ms, video ${Math.round(videoMs)} ms after it is back`,
      );
    }
    assert.equal(near.hasExited, false);
    context.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
  });
}
