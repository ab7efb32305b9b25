/** A signed-in viewer whose feedback is forged, over real UDP, DTLS and SRTP: what it costs those who watch the same camera. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pino } from 'pino';
import type { RtcpPacket } from 'werift';
import { serverClock } from '../../server/core/clock.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ScriptedVideo } from '../support/scripted-video.ts';
import { until } from '../support/until.ts';

const FRAMES = 40;
const FRAME_BYTES = 3000;
const STORM = 300;

const video = new ScriptedVideo();
const sfu = await Sfu.open({
  rtcPort: 0,
  announcedAddresses: [],
  video,
  clock: serverClock,
  log: pino({ level: 'silent' }),
});
const viewers: NodeViewer[] = [];
after(async () => {
  for (const viewer of viewers) viewer.close();
  await sfu.close();
});

async function watching(cameraId: string) {
  const transport = sfu.createTransport('127.0.0.1');
  const { iceParameters, dtlsParameters } = sfu.transportParameters(transport, '127.0.0.1');
  const { fingerprints } = dtlsParameters;
  const viewer = await NodeViewer.create({ port: sfu.port, iceParameters, fingerprints });
  viewers.push(viewer);
  transport.connect(viewer.dtlsParameters);
  await viewer.connect();
  await until(() => transport.srtp !== undefined);
  const consumer = sfu.consume(transport, cameraId);
  const [ssrc = 0] = consumer.ssrcs;
  const seen = { timestamps: new Set<number>(), newest: 0 };
  viewer.on('rtp', ({ header }) => {
    if (header.ssrc !== ssrc) return;
    seen.timestamps.add(header.timestamp);
    seen.newest = header.sequenceNumber;
  });
  consumer.resume();
  return { viewer, transport, consumer, ssrc, seen };
}

/** RTCP with a body of 32-bit words behind the sender's SSRC. */
function rtcp(count: number, type: number, body: Buffer): RtcpPacket {
  const packet = Buffer.alloc(8 + body.length);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(1, 4);
  body.copy(packet, 8);
  return { serialize: () => packet } as unknown as RtcpPacket;
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
}

/** @param newest sequence number of the video */
type Forge = (ssrc: number, random: () => number, newest: number) => RtcpPacket;

const u32 = (random: () => number): number => Math.floor(random() * 2 ** 32);

const STORMS: [what: string, forge: Forge][] = [
  ['requests for keyframes', (ssrc) => rtcp(1, 206, words(ssrc))],
  [
    'requests for every packet',
    (ssrc, _random, newest) =>
      // Each names 17 packets (RFC 4585 section 6.2.1).
      rtcp(1, 205, words(ssrc, ...Array.from({ length: 9 }, (_, i) => ((newest - 17 * i) << 16) | 0xffff))),
  ],
  [
    'transport-wide reports at random',
    (ssrc, random) => rtcp(15, 205, words(ssrc, ...Array.from({ length: 60 }, () => u32(random)))),
  ],
  [
    'reports that two thousand packets arrived at once',
    // Run-length chunk: small deltas, all 0.
    (ssrc, random) =>
      rtcp(15, 205, Buffer.concat([words(ssrc, 2000, u32(random), 0x27d0_0000), Buffer.alloc(2000)])),
  ],
  ['estimates of 2^62 bit/s', (ssrc) => rtcp(15, 206, words(0, 0x5245_4d42, 0x01ff_ffff, ssrc))],
  [
    'receiver reports of losses and round trips at random',
    (ssrc, random) => rtcp(1, 201, words(ssrc, ...Array.from({ length: 5 }, () => u32(random)))),
  ],
];

for (const [what, forge] of STORMS) {
  test(`a storm of ${what} costs only its sender`, async () => {
    const random = randomSequence(1);
    const hostile = await watching(what);
    const honest = await watching(what);
    video.send(what, { keyframe: true, bytes: FRAME_BYTES });
    await until(() => honest.seen.timestamps.size === 1 && hostile.seen.timestamps.size === 1);
    video.keyframeRequests.length = 0;
    for (let frame = 0; frame < FRAMES; frame++) {
      for (let packet = 0; packet < STORM / FRAMES; packet++)
        await hostile.viewer.sendRtcp(forge(hostile.ssrc, random, hostile.seen.newest));
      video.send(what, { bytes: FRAME_BYTES });
      await until(() => honest.seen.timestamps.size === frame + 2);
    }
    const { framesSent, framesSkipped, limitedBy, packetsRetransmitted } = honest.consumer.stats;
    assert.deepEqual([framesSent, framesSkipped, packetsRetransmitted], [FRAMES + 1, 0, 0]);
    assert.notEqual(limitedBy, 'line');
    assert.ok(video.keyframeRequests.length <= 1, `${video.keyframeRequests.length} keyframes`);
    // Its own budget limits what is sent again to it.
    const sentBytes = FRAME_BYTES * (FRAMES + 1);
    assert.ok(
      hostile.consumer.stats.bytesSent < 3 * sentBytes + 500_000,
      String(hostile.consumer.stats.bytesSent),
    );
    hostile.transport.close('requested');
    honest.transport.close('requested');
  });
}
