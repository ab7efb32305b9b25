/** Real VP8 of the real codec over a real nats-server, from a site to its edges. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import { createLog } from '../../server/log.ts';
import { LAPSE_MS } from '../../server/core/edges/edge-demands.ts';
import { MAX_BYTES } from '../../server/core/edges/publish-window.ts';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { FrameSource } from '../../server/core/video/frame-source.ts';
import type { RungName } from '../../server/core/video/rungs.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { until } from '../support/until.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';
import { play, SeenFrames, type TestCamera } from '../support/watched-camera.ts';
import { EdgeRig } from './edge-rig.ts';

const TIMEOUT = { timeout: 60_000 };
const DOOR: TestCamera = {
  cameraId: 'cam_door',
  width: 640,
  height: 480,
  jpegs: jpegPictures({ width: 640, height: 480, count: 20 }),
};

const log = createLog('silent');
let rig: EdgeRig;
before(async () => void (rig = await EdgeRig.start()));
afterEach(() => rig.closeAll());
after(() => rig.stop());

/** A site whose camera sends at 25 fps. */
async function openSite(t: TestContext) {
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log, { graceMs: 200 });
  t.after(() => transcoder.close());
  const { frames: site, link } = await rig.site(transcoder.sourceOfFrames());
  play(t, hub, DOOR);
  return { transcoder, local: transcoder.sourceOfFrames(), site, link };
}

const watch = (source: FrameSource, rung: RungName = 'full', limitBps = Infinity) =>
  new SeenFrames(source, DOOR.cameraId, { rung, limitBps });

/**
 * Every frame decodes, the first one is a keyframe, and none is older than the one before it, but for what the clocks
 * are known better meanwhile.
 */
function assertPlays(frames: readonly EncodedFrame[]): void {
  using reader = new Vp8Reader();
  let lastUs = 0;
  for (const [index, { data, keyframe, width, captureUs }] of frames.entries()) {
    const picture = reader.read(data);
    assert.deepEqual([picture.keyframe, picture.width], [keyframe, width]);
    if (index === 0) assert.equal(keyframe, true);
    assert.ok(captureUs >= lastUs - 50_000, `${captureUs} after ${lastUs}`);
    lastUs = captureUs;
  }
}

test(
  'a camera watched at home and at two edges is encoded once, and each frame crosses once',
  TIMEOUT,
  async (t) => {
    const { transcoder, local, site } = await openSite(t);
    const [north, south] = [await rig.edge('north'), await rig.edge('south')];
    const seen = [watch(local), watch(north.frames), watch(south.frames)] as const;
    await Promise.all(seen.map((each) => each.count(30)));
    for (const { frames } of seen) assertPlays(frames);
    assert.deepEqual([transcoder.encodingCount, transcoder.rungCounts.full], [1, 1]);
    assert.deepEqual([site.stats.streams, site.stats.edges.toSorted()], [1, ['north', 'south']]);

    const [home, ...edges] = seen.map(
      ({ frames }) => new Map(frames.map((frame) => [frame.timestamp90k, frame])),
    );
    for (const edge of edges) {
      const both = [...edge].flatMap(([timestamp90k, frame]) => {
        const same = home?.get(timestamp90k);
        return same ? [{ frame, same }] : [];
      });
      assert.ok(both.length > 10, `${both.length} frames`);
      for (const { frame, same } of both) {
        assert.deepEqual(Buffer.from(frame.data), Buffer.from(same.data));
        assert.deepEqual([frame.layer, frame.rung, frame.repeated], [same.layer, same.rung, same.repeated]);
        // Both clocks are the same one here: the exchange finds it out, but for half of its round trip.
        assert.ok(Math.abs(frame.captureUs - same.captureUs) < 50_000);
        assert.ok((frame.arrivedUs ?? 0) >= frame.encodedUs);
      }
    }
    const { frames: published } = site.stats;
    const received = [north, south].map(({ frames }) => frames.stats['home']?.frames ?? 0);
    assert.ok(Math.max(...received) <= published, `${String(received)} of ${published}`);

    for (const { subscription } of seen) subscription.close();
    await until('nothing is published', () => site.stats.streams === 0 && site.stats.demands === 0);
    await until('nothing is encoded', () => transcoder.encodingCount === 0);
  },
);

test('an edge’s viewer gets the picture from its SFU', TIMEOUT, async (t) => {
  const { transcoder } = await openSite(t);
  const { frames: video } = await rig.edge('north');
  const sfu = await Sfu.open({ rtcPort: 0, announcedAddresses: [], video, clock: rig.clock, log });
  t.after(() => sfu.close());
  const transport = sfu.createTransport('127.0.0.1');
  const { iceParameters, dtlsParameters } = sfu.transportParameters(transport, '127.0.0.1');
  const { fingerprints } = dtlsParameters;
  const viewer = await NodeViewer.create({ port: sfu.port, iceParameters, fingerprints });
  t.after(() => viewer.close());
  transport.connect(viewer.dtlsParameters);
  await viewer.connect();
  await until(() => transport.srtp !== undefined);
  const consumer = sfu.consume(transport, DOOR.cameraId);
  const first = viewer.nextRtp();
  consumer.resume();
  assert.ok((await first).payload.length > 0);
  for (let packets = 0; packets < 20; packets++) await viewer.nextRtp(({ header }) => header.marker);
  assert.equal(transcoder.encodingCount, 1);
  consumer.close('requested');
  await until('the encoder stops', () => transcoder.encodingCount === 0);
});

test(
  'a camera is encoded for the edge with the best line, and the other one knows what holds it',
  TIMEOUT,
  async (t) => {
    const { transcoder, local } = await openSite(t);
    const [north, south] = [await rig.edge('north'), await rig.edge('south')];
    const bitrateBps = () => transcoder.stats(DOOR.cameraId)?.bitratesBps.full;
    const poor = watch(north.frames, 'full', 200_000);
    await poor.count(1);
    assert.equal(bitrateBps(), 200_000);
    assert.equal(north.frames.rungsOf(DOOR.cameraId)[0]?.heldBps, undefined);
    const better = watch(south.frames, 'full', 400_000);
    await until(() => (bitrateBps() ?? 0) > 200_000);
    const heldBps = () => north.frames.rungsOf(DOOR.cameraId)[0]?.heldBps;
    await until('north has renewed its demand', () => heldBps() === 400_000);
    assert.equal(south.frames.rungsOf(DOOR.cameraId)[0]?.heldBps, 200_000);
    assert.deepEqual(
      north.frames.rungsOf(DOOR.cameraId).map(({ name }) => name),
      local.rungsOf(DOOR.cameraId).map(({ name }) => name),
    );
    for (const { subscription } of [poor, better]) subscription.close();
  },
);

test(
  'the demand of an edge that is gone without a word lapses, and its encoder stops',
  TIMEOUT,
  async (t) => {
    const { transcoder, site } = await openSite(t);
    const { frames, link } = await rig.edge('north');
    await watch(frames).count(1);
    await link.close();
    assert.equal(site.stats.demands, 1);
    rig.skippedUs += LAPSE_MS * 1000;
    await until(() => site.stats.demands === 0 && site.stats.streams === 0);
    await until('nothing is encoded', () => transcoder.encodingCount === 0);
  },
);

test('an edge shows a site on after the site has started again, with other keys', TIMEOUT, async (t) => {
  const first = await openSite(t);
  const { frames } = await rig.edge('north');
  const seen = watch(frames);
  await seen.count(5);
  first.site.close();
  await first.link.close();
  const count = seen.frames.length;
  const { site } = await openSite(t);
  await seen.count(count + 10);
  assert.equal(frames.stats['home']?.malformed, 0);
  assert.equal(site.stats.streams, 1);
  assertPlays(seen.frames);
});

test('a camera that is switched off is published no more, and comes back by itself', TIMEOUT, async (t) => {
  const { site } = await openSite(t);
  const { frames } = await rig.edge('north');
  const seen = watch(frames);
  await seen.count(3);
  rig.hide(DOOR.cameraId, true);
  site.switchCamera(DOOR.cameraId, true);
  assert.equal(site.stats.streams, 0);
  const seenBefore = seen.frames.length;
  await until('the edge has asked in vain', () => site.stats.demands === 0);
  rig.hide(DOOR.cameraId, false);
  const again = await seen.find(({ keyframe }) => keyframe, seenBefore);
  assert.ok(again);
  await seen.count(seen.frames.length + 3);
});

test(
  'while NATS is away viewers at home see on; edges come back with the newest picture',
  TIMEOUT,
  async (t) => {
    const { local, site, link } = await openSite(t);
    const { frames } = await rig.edge('north');
    const [home, seen] = [watch(local), watch(frames)];
    await Promise.all([home.count(5), seen.count(5)]);
    await rig.nats.kill();
    await until('the site notices', () => !link.isOpen);
    const [homeBefore, edgeBefore] = [home.frames.length, seen.frames.length];
    await home.count(homeBefore + 10);
    assert.ok(site.stats.leftOut >= 5, 'what cannot be sent does not wait');
    assert.equal(site.stats.unconfirmedBytes, 0);
    const restartedUs = rig.clock();
    await rig.nats.restart();
    await seen.count(edgeBefore + 10);
    const [first] = seen.frames.slice(edgeBefore);
    assert.equal(first?.keyframe, true);
    assert.ok((first?.encodedUs ?? 0) > restartedUs - 200_000, 'no earlier frame comes late');
    assertPlays(home.frames);
    assertPlays(seen.frames);
  },
);

test('a NATS that hangs costs frames, never memory, and no viewer at home', TIMEOUT, async (t) => {
  const { local, site } = await openSite(t);
  const { frames } = await rig.edge('north');
  const [home, seen] = [watch(local), watch(frames)];
  await Promise.all([home.count(5), seen.count(5)]);
  rig.nats.freeze();
  t.after(() => rig.nats.thaw());
  const leftOutBefore = site.stats.leftOut;
  await until('frames are left out', () => site.stats.leftOut >= leftOutBefore + 10);
  assert.ok(site.stats.unconfirmedBytes < MAX_BYTES / 4, `${site.stats.unconfirmedBytes} bytes`);
  const [homeBefore, edgeBefore] = [home.frames.length, seen.frames.length];
  await home.count(homeBefore + 5);
  rig.nats.thaw();
  await seen.count(edgeBefore + 20);
  assertPlays(home.frames);
  assertPlays(seen.frames);
  assert.ok((frames.stats['home']?.missing ?? 0) > 0);
});
