import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { HOME_ADDRESS, HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

const FORWARDED = [
  { name: 'web', protocol: 'tcp', port: HTTP_PORT, to: SERVER_ADDRESS },
  { name: 'video', protocol: 'udp', port: RTC_PORT, to: SERVER_ADDRESS },
] as const;

networkTest(
  'one forwarded UDP port serves all viewers of a NAT, and follows them to other ports',
  async (context) => {
    using networks = new HomeAndAway({ home: { forwardedPorts: FORWARDED } });
    await using server = await startServer(networks.server, { VIGIE_ANNOUNCED_ADDRESS: HOME_ADDRESS });
    const url = `http://${HOME_ADDRESS}:${HTTP_PORT}`;
    await using anna = await Watching.start(networks.viewer, server, url);
    await using ben = await anna.another(server, url);
    for (const viewer of [anna, ben]) {
      const path = await viewer.untilMoving();
      assert.equal(path?.remote, `${HOME_ADDRESS}:${RTC_PORT}`);
      assert.notEqual(path.local, 'relay');
    }
    assert.ok(networks.homeRouter.packets('video') > 0);

    // Both continue from ports that the server has never seen, without a new negotiation.
    const connections = await Promise.all([anna, ben].map(peerConnections));
    networks.viewersRouter.rebind('50000-50999');
    for (const viewer of [anna, ben]) {
      await until('frames come by the new ports', async () => {
        const { localPort = 0 } = (await viewer.untilMoving()) ?? {};
        return localPort >= 50_000 && localPort < 51_000 && (await viewer.source()) === 'video';
      });
    }
    assert.deepEqual(await Promise.all([anna, ben].map(peerConnections)), connections);
    context.diagnostic(`time to picture: ${Math.round(await anna.timeToPictureMs())} ms`);
  },
);

/** Number of transports the page has ever opened. */
function peerConnections({ page }: Watching): Promise<number> {
  return page.page.evaluate(() => window.peerConnections.length);
}
