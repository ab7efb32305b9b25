import assert from 'node:assert/strict';
import { HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

networkTest('at home the picture comes directly, and nothing of it leaves the house', async (context) => {
  using networks = new HomeAndAway({ home: { passages: [] } });
  const phone = networks.addAtHome('phone', '192.168.1.20');
  await using server = await startServer(networks.server);
  await using watching = await Watching.start(phone, server, `http://${SERVER_ADDRESS}:${HTTP_PORT}`);
  await watching.untilMoving();
  const path = await watching.page.mediaPath();
  assert.equal(path?.remote, `${SERVER_ADDRESS}:${RTC_PORT}`);
  assert.equal(path.protocol, 'udp');
  assert.notEqual(path.local, 'relay');
  context.diagnostic(`time to picture: ${Math.round(await watching.timeToPictureMs())} ms`);
});
