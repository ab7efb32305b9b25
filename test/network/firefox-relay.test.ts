import assert from 'node:assert/strict';
import { Firefox, hasFirefox } from '../support/firefox.ts';
import { until } from '../support/until.ts';
import { BehindCarrierNat } from './support/behind-carrier-nat.ts';
import { WEB_URL } from './support/edge.ts';
import { RENTED_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';

for (const otherPeers of ['public', 'deny'] as const) {
  const whom = otherPeers === 'public' ? 'anybody' : 'nobody but itself';
  networkTest(
    `Firefox sees video through the server's own relay, where coturn relays to ${whom}`,
    async (context) => {
      if (!hasFirefox(context)) return;
      await using house = await BehindCarrierNat.start({ home: { isSymmetric: true }, otherPeers });
      const { networks, server } = house;
      await using firefox = await Firefox.launch({ prefix: networks.viewer.prefix });
      const page = await firefox.open(WEB_URL);
      await page.signIn('admin', server.password);
      const startMs = performance.now();
      await until(
        'video comes over WebRTC',
        async () => (await page.mediaPath()) !== undefined && (await page.source()) === 'video',
        60_000,
      );
      await page.nextTimeCode();
      context.diagnostic(`time to video: ${Math.round(performance.now() - startMs)} ms`);
      const path = await page.mediaPath();
      assert.match(path?.remote ?? '', new RegExp(`^${RENTED_ADDRESS}:49\\d{3}$`));
      if (otherPeers === 'deny') assert.equal(path?.local, 'relay');

      await page.goto(`${WEB_URL}/connection`);
      await page.waitFor('check-verdict', 30_000);
      assert.match(await page.textOf('check-verdict'), /Video connects indirectly/);
      // The connection check agrees with the live view's path.
      if (otherPeers === 'public')
        assert.match(await page.textOf('check-lines'), /relay address\s+Works\. The server answered/);
    },
  );
}
