/** The address of the home changes while a page is open; and a viewer claims addresses of others. */

import assert from 'node:assert/strict';
import { Child } from '../support/child-process.ts';
import { until } from '../support/until.ts';
import { HOME_ADDRESS, VIEWERS_ADDRESS } from './support/home-and-away.ts';
import { HomeBehindNat } from './support/home-behind-nat.ts';
import { networkTest } from './support/network-test.ts';
import { RTC_PORT, type Watching } from './support/watching.ts';

const CLAIMS = 'test/network/support/claim-addresses.ts';

async function untilDirect(watching: Watching, port = RTC_PORT): Promise<void> {
  await until(
    'the path is direct',
    async () => (await watching.untilMoving())?.remote === `${HOME_ADDRESS}:${port}`,
    60_000,
  );
}

networkTest(
  'when the NAT at home shows another port, open pages find the new direct path',
  async (context) => {
    await using house = await HomeBehindNat.start({ hasRelay: true });
    await using watching = await house.watch();
    await untilDirect(watching);
    house.networks.homeRouter.rebind('50000-50999');
    const startMs = performance.now();
    await until(
      'the path is direct, by the new port',
      async () => {
        const path = await watching.untilMoving(30_000);
        return /^51\.15\.7\.2:50\d{3}$/.test(path?.remote ?? '') && path?.local !== 'relay';
      },
      60_000,
    );
    context.diagnostic(`direct ${Math.round(performance.now() - startMs)} ms after the change`);
  },
);

networkTest('claims of a hostile viewer reach a stranger once, and are counted', async () => {
  await using house = await HomeBehindNat.start();
  const { homeRouter, viewer } = house.networks;
  const stranger = 'ip daddr 51.15.7.12 udp dport 40000-40999';
  homeRouter.count('stranger', stranger);
  homeRouter.count('named', `ip daddr ${VIEWERS_ADDRESS} udp dport 40000-40999`);
  const claims = [
    ...Array.from({ length: 20 }, (_, i) => ({ address: '51.15.7.12', port: 40_000 + i })),
    { address: '51.15.7.12', port: 22 },
    { address: '192.168.1.1', port: 40_000 },
    { address: '10.0.0.1', port: 40_000 },
  ];
  const lists = JSON.stringify([claims, [{ address: VIEWERS_ADDRESS, port: 40_500 }]]);
  await using hostile = new Child(CLAIMS, [house.url, house.server.password, lists], {
    prefix: viewer.prefix,
  });
  const [, counters = ''] = await hostile.line(/claimed (.*)/);
  await until('the last datagram has been sent', () => homeRouter.counted('named') === 5);
  assert.equal(homeRouter.counted('stranger'), 4, 'one to each of four addresses');
  assert.deepEqual(JSON.parse(counters), { accepted: 5, known: 0, foreign: 2, reservedPort: 1, tooMany: 16 });
});
