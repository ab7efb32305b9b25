import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { HOME_ADDRESS, HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import { HTTP_PORT, startServer, Watching } from './support/watching.ts';

const RTC_TCP_PORT = 8082;
const PORTS = [
  { name: 'web', protocol: 'tcp', port: HTTP_PORT },
  { name: 'video', protocol: 'tcp', port: RTC_TCP_PORT },
] as const;

networkTest('through a network that allows TCP only, video uses the TCP port', async (context) => {
  using networks = new HomeAndAway({
    home: { forwardedPorts: PORTS.map((port) => ({ ...port, to: SERVER_ADDRESS })) },
    away: { passages: PORTS.map((port) => ({ ...port, to: HOME_ADDRESS })) },
  });
  await using server = await startServer(networks.server, {
    VIGIE_ANNOUNCED_ADDRESS: HOME_ADDRESS,
    VIGIE_RTC_TCP_PORT: String(RTC_TCP_PORT),
  });
  await using watching = await Watching.start(networks.viewer, server, `http://${HOME_ADDRESS}:${HTTP_PORT}`);
  const timeMs = await watching.timeToVideoMs();
  const path = await watching.untilMoving();
  assert.equal(path?.protocol, 'tcp');
  assert.equal(path.remote, `${HOME_ADDRESS}:${RTC_TCP_PORT}`);
  await until('the video passes there', () => networks.viewersRouter.packets('video') > 100);
  context.diagnostic(`time to video: ${Math.round(timeMs)} ms`);
});
