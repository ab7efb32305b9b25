/** IPv6 without NATs: the firewalls at both ends let only answers in, as on fibre lines. */

import assert from 'node:assert/strict';
import { Child } from '../support/child-process.ts';
import { noteSelectedPairs, roundTripMs, untilSelected } from './support/ice-times.ts';
import { HomeAndAway } from './support/home-and-away.ts';
import { addIpv6, HOME_IPV6, RENTED_IPV6 } from './support/ipv6-network.ts';
import { networkTest } from './support/network-test.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

networkTest('by IPv6 video is direct although both firewalls let only answers in', async (context) => {
  // By IPv4 nothing passes.
  using networks = new HomeAndAway({ home: { passages: [] }, away: { passages: [] } });
  addIpv6(networks, HTTP_PORT);
  await using stun = new Child('test/network/support/stun-server.ts', [RENTED_IPV6], {
    prefix: networks.rented.prefix,
  });
  await stun.line(/listening/);
  await using server = await startServer(networks.server, { VIGIE_STUN_URLS: `stun:[${RENTED_IPV6}]:3478` });
  const url = `http://[${HOME_IPV6}]:${HTTP_PORT}`;
  await using watching = await Watching.start(networks.viewer, server, url);
  await noteSelectedPairs(watching.page);
  const pictureMs = await watching.timeToPictureMs();
  const { atMs, remote } = await untilSelected(watching.page, 'a path is selected', () => true);
  assert.equal(remote.replace(/[[\]]/g, ''), `${HOME_IPV6}:${RTC_PORT}`);
  assert.equal(await watching.source(), 'video');
  context.diagnostic(
    `direct after ${Math.round(atMs)} ms, picture after ${Math.round(pictureMs)} ms, round trip ${((await roundTripMs(watching.page)) ?? 0).toFixed(1)} ms`,
  );
});
