import assert from 'node:assert/strict';
import { HOME_ADDRESS, HomeAndAway, SERVER_ADDRESS } from './support/home-and-away.ts';
import { networkTest } from './support/network-test.ts';
import type { Passage } from './support/nat-router.ts';
import { HTTP_PORT, RTC_PORT, startServer, Watching } from './support/watching.ts';

/** The product's promise: without video, pictures come within this time. */
const FALLBACK_MS = 5_000;
const WEB: Passage = { name: 'web', protocol: 'tcp', port: HTTP_PORT, to: HOME_ADDRESS };
const VIDEO: Passage = { name: 'video', protocol: 'udp', port: RTC_PORT, to: HOME_ADDRESS };

networkTest(
  'where WebRTC is blocked, pictures come over the web connection, and video as soon as possible',
  async (context) => {
    using networks = new HomeAndAway({
      home: { forwardedPorts: [WEB, VIDEO].map((passage) => ({ port: 0, ...passage, to: SERVER_ADDRESS })) },
      away: { passages: [WEB] },
    });
    const { viewersRouter } = networks;
    await using server = await startServer(networks.server, { VIGIE_ANNOUNCED_ADDRESS: HOME_ADDRESS });
    await using watching = await Watching.start(
      networks.viewer,
      server,
      `http://${HOME_ADDRESS}:${HTTP_PORT}`,
    );
    const timeMs = await watching.timeToPictureMs();
    assert.ok(timeMs < FALLBACK_MS, `the first picture came after ${timeMs} ms`);
    assert.equal(await watching.source(), 'pictures');
    context.diagnostic(`time to picture: ${Math.round(timeMs)} ms`);

    const videoMs = await watching.returnOfVideoMs(() => viewersRouter.setPassages([WEB, VIDEO]));
    assert.equal((await watching.untilMoving())?.remote, `${HOME_ADDRESS}:${RTC_PORT}`);
    assert.ok(viewersRouter.packets('video') > 0);
    context.diagnostic(`video ${Math.round(videoMs)} ms after it could`);

    const pictureMs = await watching.fallbackMs(() => viewersRouter.setPassages([WEB]));
    assert.ok(pictureMs < FALLBACK_MS, `pictures came after ${pictureMs} ms`);
    context.diagnostic(`pictures again ${Math.round(pictureMs)} ms after video could no longer`);
  },
);
