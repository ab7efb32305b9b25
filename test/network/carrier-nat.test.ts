import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { BehindCarrierNat, TUNNEL_PORT, type BehindCarrierNatOptions } from './support/behind-carrier-nat.ts';
import { TURN_URLS, WEB_URL } from './support/edge.ts';
import { HOME_ADDRESS, RENTED_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import { RTC_PORT, Watching } from './support/watching.ts';

interface Case extends BehindCarrierNatOptions {
  /** The viewer's path to the server's relay. */
  viewers: 'relayed' | 'direct';
}

const CASES: Record<string, Case> = {
  'where coturn relays only to itself': {
    home: { isSymmetric: true },
    otherPeers: 'deny',
    viewers: 'relayed',
  },
  'where coturn lets the server reach any address, so one relay is enough': {
    home: { isSymmetric: true },
    otherPeers: 'public',
    viewers: 'direct',
  },
  'whose network blocks UDP too': {
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

networkTest('through a tunnel for the page, with one STUN server, video is direct', async (context) => {
  await using house = await BehindCarrierNat.start({ otherPeers: 'public' });
  await using watching = await Watching.start(house.networks.viewer, house.server, WEB_URL, {
    args: house.edge.chromiumArgs,
  });
  const timeMs = await watching.timeToVideoMs();
  await until('the path is direct', async () => {
    const path = await watching.untilMoving();
    return path?.remote === `${HOME_ADDRESS}:${RTC_PORT}` && path.local !== 'relay';
  });
  context.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
});

for (const [where, { viewers, ...options }] of Object.entries(CASES)) {
  networkTest(`a server nothing comes in to is reached through its own relay, ${where}`, async (context) => {
    await using house = await BehindCarrierNat.start(options);
    const { networks, edge, server } = house;
    await using watching = await Watching.start(networks.viewer, server, WEB_URL, {
      args: edge.chromiumArgs,
    });
    const timeMs = await watching.timeToVideoMs();
    await until('the best way there is was found', async () => {
      const path = await watching.untilMoving();
      // One of the ports that coturn assigns.
      assert.match(path?.remote ?? '', new RegExp(`^${RENTED_ADDRESS}:49\\d{3}$`));
      return (path?.local === 'relay') === (viewers === 'relayed');
    });
    if (options.home?.passages)
      await until('the video leaves by TLS', () => networks.homeRouter.packets('turn') > 100);
    if (viewers === 'relayed') {
      const pictureMs = await watching.fallbackMs(() => edge.coturn.kill());
      const videoMs = await watching.returnOfVideoMs(() => edge.coturn.restart());
      context.diagnostic(
        `coturn dies: pictures after ${Math.round(pictureMs)} ms, video ${Math.round(videoMs)} ms after it is back`,
      );
    }
    context.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
  });
}
