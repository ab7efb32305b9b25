/** Video directly from home, with no port forwarded for it. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { until } from '../support/until.ts';
import { HOME_ADDRESS, VIEWERS_ADDRESS } from './support/home-and-away.ts';
import { HomeBehindNat, VIDEO, WEB, type HomeBehindNatOptions } from './support/home-behind-nat.ts';
import { noteSelectedPairs, roundTripMs, untilSelected } from './support/ice-times.ts';
import { networkTest } from './support/network-test.ts';
import { RTC_PORT, type Watching } from './support/watching.ts';

/** Time from the first description on, the median of three. */
const DIRECT_WITHIN_MS = 450;
/** A relay is kept alive by less; video is fifty times as much. */
const MAX_IDLE_BYTES = 4_000;

const DIRECT: Record<string, HomeBehindNatOptions> = {
  'with a relay beside': { hasRelay: true },
  'with STUN servers only': {},
  'where a carrier has another NAT that keeps ports': { carrier: {} },
};

for (const [where, options] of Object.entries(DIRECT))
  networkTest(`behind two NATs video is direct, ${where}`, async (context) => {
    await using house = await HomeBehindNat.start(options);
    await using watching = await house.watch();
    await noteSelectedPairs(watching.page);
    const times = await threeTimes(watching);
    const path = await watching.page.mediaPath();
    assert.equal(path?.remote, `${HOME_ADDRESS}:${RTC_PORT}`);
    assert.notEqual(path.local, 'relay');
    const directMs = median(times.map((time) => time.directMs));
    const pictureMs = median(times.map((time) => time.pictureMs));
    context.diagnostic(`direct after ${Math.round(directMs)} ms, picture after ${Math.round(pictureMs)} ms`);
    assert.ok(directMs <= DIRECT_WITHIN_MS, `direct after ${directMs} ms`);
    if (options.hasRelay) await assertRelayIdle(context, house, watching);
    if (!options.carrier) await compareForwarded(context, house, watching, pictureMs);
  });

networkTest(
  'behind a symmetric NAT video goes by the relay, and no mapped address is announced',
  async (context) => {
    await using house = await HomeBehindNat.start({
      home: { forwardedPorts: [WEB], isSymmetric: true },
      hasRelay: true,
    });
    await house.server.child.line(/symmetric/);
    await using watching = await house.watch();
    const pictureMs = await watching.timeToPictureMs();
    const path = await watching.page.mediaPath();
    assert.match(path?.remote ?? '', /^51\.15\.7\.10:49\d{3}$/);
    house.relayedBytes();
    await until('the video passes coturn', () => house.relayedBytes() > 20_000);
    context.diagnostic(
      `picture after ${Math.round(pictureMs)} ms, round trip ${Math.round((await roundTripMs(watching.page)) ?? 0)} ms`,
    );
  },
);

networkTest("behind the viewer's symmetric NAT video goes by the relay", async () => {
  await using house = await HomeBehindNat.start({ away: { isSymmetric: true }, hasRelay: true });
  await using watching = await house.watch();
  await watching.timeToPictureMs();
  assert.match((await watching.untilMoving())?.remote ?? '', /^51\.15\.7\.10:49\d{3}$/);
});

networkTest('VIGIE_PUNCH=0 announces no mapped address and sends nothing towards viewers', async () => {
  await using house = await HomeBehindNat.start({ hasRelay: true, env: { VIGIE_PUNCH: '0' } });
  const { homeRouter } = house.networks;
  await using watching = await house.watch();
  homeRouter.count('punches', `ip daddr ${VIEWERS_ADDRESS} udp dport >= 1024`);
  await watching.timeToPictureMs();
  assert.match((await watching.untilMoving())?.remote ?? '', /^51\.15\.7\.10:49\d{3}$/);
  assert.equal(homeRouter.counted('punches'), 0);
});

interface Times {
  directMs: number;
  pictureMs: number;
}

async function threeTimes(watching: Watching): Promise<Times[]> {
  const times: Times[] = [];
  for (let run = 0; run < 3; run++) {
    const pictureMs = await watching.timeToPictureMs();
    const { atMs } = await untilSelected(
      watching.page,
      'a direct path is selected',
      ({ local, remote }) => local !== 'relay' && remote.startsWith(`${HOME_ADDRESS}:`),
    );
    times.push({ directMs: atMs, pictureMs });
  }
  return times;
}

async function assertRelayIdle(
  context: TestContext,
  house: HomeBehindNat,
  watching: Watching,
): Promise<void> {
  await until('nothing of the video passes coturn any more', async () => {
    house.relayedBytes();
    const before = await watching.page.videoStats();
    await until('the page has received some of it', async () => {
      const { bytesReceived } = await watching.page.videoStats();
      return bytesReceived - before.bytesReceived > 50 * MAX_IDLE_BYTES;
    });
    const bytes = house.relayedBytes();
    context.diagnostic(
      `${bytes} bytes at coturn while the page received ${50 * MAX_IDLE_BYTES} bytes of video`,
    );
    return bytes <= MAX_IDLE_BYTES;
  });
  context.diagnostic(`round trip ${((await roundTripMs(watching.page)) ?? 0).toFixed(1)} ms`);
}

/** The best that could be: the port is forwarded, in the same run. */
async function compareForwarded(
  context: TestContext,
  { networks }: HomeBehindNat,
  watching: Watching,
  punchedMs: number,
): Promise<void> {
  networks.homeRouter.setForwardedPorts([WEB, VIDEO]);
  const forwardedMs = median((await threeTimes(watching)).map(({ pictureMs }) => pictureMs));
  context.diagnostic(
    `picture after ${Math.round(forwardedMs)} ms with a forwarded port, ratio ${(punchedMs / forwardedMs).toFixed(2)}`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
