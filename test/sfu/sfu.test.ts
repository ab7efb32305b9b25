import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, mock, test } from 'node:test';
import { pino } from 'pino';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  type RtcpPacket,
} from 'werift';
import { serverClock } from '../../server/core/clock.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import type { ViewerTransport } from '../../server/sfu/viewer-transport.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ScriptedVideo } from '../support/scripted-video.ts';
import { until } from '../support/until.ts';

const video = new ScriptedVideo();
let skippedUs = 0;
let sfu: Sfu;
before(async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  sfu = await Sfu.open({
    rtcPort: 0,
    announcedAddresses: [],
    video,
    clock: () => serverClock() + skippedUs,
    log: pino({ level: 'silent' }),
  });
});
const viewers: NodeViewer[] = [];
after(async () => {
  for (const viewer of viewers) viewer.close();
  await sfu.close();
});

async function connectedViewer(): Promise<{ viewer: NodeViewer; transport: ViewerTransport }> {
  const transport = sfu.createTransport('127.0.0.1');
  const { iceParameters, dtlsParameters } = sfu.transportParameters(transport, '127.0.0.1');
  const { fingerprints } = dtlsParameters;
  const viewer = await NodeViewer.create({ port: sfu.port, iceParameters, fingerprints });
  viewers.push(viewer);
  transport.connect(viewer.dtlsParameters);
  await viewer.connect();
  // The server has finished its handshake after its last flight; its promise resolves a tick later.
  while (!transport.srtp) await new Promise(setImmediate);
  return { viewer, transport };
}

/** A viewer that has received the camera's first keyframe. */
async function watching(cameraId: string) {
  const { viewer, transport } = await connectedViewer();
  const consumer = sfu.consume(transport, cameraId);
  consumer.resume();
  const first = viewer.nextRtp();
  video.send(cameraId, { keyframe: true });
  const { header } = await first;
  return { viewer, transport, consumer, ssrc: header.ssrc, header };
}

const nack = (ssrc: number, lost: number[]) =>
  new RtcpTransportLayerFeedback({
    feedback: new GenericNack({ senderSsrc: 1, mediaSourceSsrc: ssrc, lost }),
  });
const pli = (ssrc: number) =>
  new RtcpPayloadSpecificFeedback({
    feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc: ssrc }),
  });
/** werift reads FIR but does not export its class; these are its bytes (RFC 5104 section 4.3.1.1). */
function fir(ssrc: number): RtcpPacket {
  const bytes = Buffer.from('84ce000400000001000000000000000001000000', 'hex');
  bytes.writeUInt32BE(ssrc, 12);
  return { serialize: () => bytes } as RtcpPacket;
}

test('the first frame a viewer gets is a complete keyframe with VP8 payload type and capture time', async () => {
  const { viewer, transport } = await connectedViewer();
  const consumer = sfu.consume(transport, 'door');
  consumer.resume();
  assert.ok(video.subscribers.has('door'));
  const packets: { sequence: number; timestamp: number; marker: boolean; bytes: number }[] = [];
  viewer.on('rtp', ({ header, payload }) => {
    assert.equal(header.payloadType, 96);
    packets.push({
      sequence: header.sequenceNumber,
      timestamp: header.timestamp,
      marker: header.marker,
      bytes: payload.length,
    });
  });
  video.send('door');
  const frame = video.send('door', { keyframe: true, bytes: 5000 });
  await until(() => packets.some(({ marker }) => marker));
  assert.equal(consumer.stats.framesSkipped, 1, 'the frame before the keyframe was not sent');
  assert.ok(packets.every(({ timestamp }) => timestamp === frame.timestamp90k));
  assert.ok(packets.every(({ bytes }) => bytes <= 1150));
  assert.equal(
    packets.reduce((sum, { bytes }) => sum + bytes - 6, 0),
    5000,
  );
  assert.deepEqual(
    packets.map(({ sequence }) => (sequence - (packets[0]?.sequence ?? 0)) & 0xffff),
    packets.map((_, index) => index),
  );
  consumer.close('requested');
  assert.equal(video.subscribers.has('door'), false, 'without a viewer the subscription ends');
});

test('a camera is not subscribed before the path to its viewer is open', async () => {
  const transport = sfu.createTransport('127.0.0.1');
  sfu.consume(transport, 'early').resume();
  assert.equal(video.subscribers.has('early'), false);
  transport.close('requested');
});

test('two viewers of one camera share a subscription; the second requests a keyframe', async () => {
  const one = await watching('shared');
  const { viewer, transport } = await connectedViewer();
  video.keyframeRequests.length = 0;
  const second = sfu.consume(transport, 'shared');
  second.resume();
  assert.deepEqual(video.keyframeRequests, ['shared']);
  const both = Promise.all([one.viewer.nextRtp(), viewer.nextRtp()]);
  video.send('shared', { keyframe: true });
  const [a, b] = await both;
  // Six bytes of descriptor have each viewer's own numbers.
  assert.deepEqual(a.payload.subarray(6), b.payload.subarray(6));
  assert.notEqual(a.header.sequenceNumber, undefined);
  one.consumer.close('requested');
  assert.ok(video.subscribers.has('shared'));
  second.close('requested');
});

test('a NACK is answered on the RTX stream, with the original sequence number first (RFC 4588)', async () => {
  const { viewer, consumer, ssrc, header } = await watching('nack');
  const retransmission = viewer.nextRtp((packet) => packet.header.payloadType === 97);
  await viewer.sendRtcp(nack(ssrc, [header.sequenceNumber]));
  const { header: rtx, payload } = await retransmission;
  assert.notEqual(rtx.ssrc, ssrc);
  assert.equal(rtx.timestamp, header.timestamp);
  assert.equal(payload.readUInt16BE(0), header.sequenceNumber);
  assert.equal(payload.length, 2 + 6 + 100);
  assert.equal(consumer.stats.packetsRetransmitted, 1);
});

test('a NACK for a packet never sent, or for another stream, is at most counted', async () => {
  const { viewer, consumer, ssrc, header } = await watching('nack2');
  await viewer.sendRtcp(nack(ssrc, [(header.sequenceNumber + 1000) & 0xffff]));
  await viewer.sendRtcp(nack(ssrc + 100, [header.sequenceNumber]));
  await until(() => consumer.stats.nacksReceived === 1);
  assert.equal(consumer.stats.packetsRetransmitted, 0);
});

/** Transport-wide feedback: packets from number 0 on that arrived 20 ms after each other. */
function arrivedSlowly(packets: number): Buffer {
  const body = Buffer.alloc(Math.ceil((22 + packets) / 4) * 4, 80);
  body.write('8fcd0000000000010000000000000000000064002000', 0, 'hex');
  body.writeUInt16BE(body.length / 4 - 1, 2);
  body.writeUInt16BE(packets, 14);
  body.writeUInt16BE(0x2000 | packets, 20);
  return body;
}

test('the packets of all cameras are numbered together, and each is sent what the line carries of it', async () => {
  const { viewer, transport } = await connectedViewer();
  const numbers: number[] = [];
  viewer.on('rtp', ({ header }) => {
    const number = header.extensions.find(({ id }) => id === 2)?.payload;
    if (number) numbers.push(number.readUInt16BE(0));
  });
  const consumers = ['left', 'right'].map((cameraId) => sfu.consume(transport, cameraId));
  for (const consumer of consumers) consumer.resume();
  for (let frame = 0; frame < 20; frame++)
    for (const cameraId of ['left', 'right']) video.send(cameraId, { keyframe: frame === 0, bytes: 2000 });
  await until(() => numbers.length >= 80);
  assert.deepEqual(
    numbers.slice(0, 80),
    Array.from({ length: 80 }, (_, i) => i),
  );
  assert.deepEqual(
    consumers.map(({ stats }) => stats.target?.rung),
    ['full', 'full'],
  );
  await viewer.sendRtcp({ serialize: () => arrivedSlowly(80) } as unknown as RtcpPacket);
  // A packet of 1068 bytes, or of less padding, in 20 ms, for two cameras.
  await until(() => consumers.every(({ stats }) => stats.limitedBy === 'line'));
  for (const { stats } of consumers) assert.match(stats.target?.rung ?? '', /small|tiny/);
  transport.close('requested');
});

test('a reference time of the viewer is answered, behind an empty report', async () => {
  const { viewer, ssrc } = await watching('reference');
  const answer = once(viewer, 'rtcp');
  const time = Buffer.from('80cf000400000001040000020000aabbccdd0000', 'hex');
  await viewer.sendRtcp({ serialize: () => time } as unknown as RtcpPacket);
  const [report] = (await answer) as [RtcpPacket];
  assert.ok(report instanceof RtcpRrPacket);
  assert.deepEqual([report.ssrc, report.reports.length], [ssrc, 0]);
});

for (const [name, request] of [
  ['PLI', pli],
  ['FIR', fir],
] as const) {
  test(`${name} requests a keyframe of the camera, for another stream it does not`, async () => {
    const cameraId = `camera-${name}`;
    const { viewer, consumer, ssrc } = await watching(cameraId);
    video.keyframeRequests.length = 0;
    await viewer.sendRtcp(request(ssrc + 100));
    // Like a browser it asks until one comes: the first requests have crossed the keyframe at the beginning.
    await until(async () => {
      await viewer.sendRtcp(request(ssrc));
      return video.keyframeRequests.length > 0;
    });
    assert.ok(consumer.stats.keyframeRequests > 0);
    assert.deepEqual(video.keyframeRequests, [cameraId]);
  });
}

test('a sender report maps the RTP clock to wall-clock time', async () => {
  const { viewer, ssrc } = await watching('report');
  const report = once(viewer, 'rtcp');
  mock.timers.tick(1000);
  const [packet] = (await report) as [RtcpPacket];
  assert.ok(packet instanceof RtcpSrPacket);
  assert.equal(packet.ssrc, ssrc);
  assert.equal(packet.senderInfo.packetCount, 1);
  const unixS = Number(packet.senderInfo.ntpTimestamp >> 32n) - 2_208_988_800;
  const fraction = Number(packet.senderInfo.ntpTimestamp & 0xffff_ffffn) / 2 ** 32;
  const expected = timestamp90kAt((unixS + fraction) * 1_000_000);
  assert.ok(Math.abs((packet.senderInfo.rtpTimestamp - expected) << 0) <= 1);
});

test('after a pause nothing is sent before the next keyframe', async () => {
  const { viewer, consumer, header } = await watching('pause');
  consumer.pause();
  assert.equal(video.subscribers.has('pause'), false);
  consumer.resume();
  video.send('pause');
  const next = viewer.nextRtp();
  const keyframe = video.send('pause', { keyframe: true });
  const packet = await next;
  assert.equal(packet.header.timestamp, keyframe.timestamp90k);
  assert.equal(
    packet.header.sequenceNumber,
    (header.sequenceNumber + 1) & 0xffff,
    'without a gap that would be NACKed',
  );
});

test('a paused camera keeps no packets for retransmission', async () => {
  const { viewer, consumer, ssrc, header } = await watching('kept-ready');
  consumer.pause();
  const { nacksReceived } = consumer.stats;
  await viewer.sendRtcp(nack(ssrc, [header.sequenceNumber]));
  await until(() => consumer.stats.nacksReceived > nacksReceived);
  assert.equal(consumer.stats.packetsRetransmitted, 0);
});

test('cameras are added and removed on one running transport, each with its own SSRCs', async () => {
  const { viewer, transport, ssrc } = await watching('grid-1');
  const seen = new Set([ssrc]);
  for (const cameraId of ['grid-2', 'grid-3', 'grid-2']) {
    const consumer = sfu.consume(transport, cameraId);
    consumer.resume();
    const packet = viewer.nextRtp();
    video.send(cameraId, { keyframe: true });
    const { header } = await packet;
    assert.equal(
      seen.has(header.ssrc),
      false,
      'an SSRC is never used again: SRTP would repeat its key stream',
    );
    seen.add(header.ssrc);
    consumer.close('requested');
  }
});

test('media follows a viewer to another address', async () => {
  const { viewer } = await watching('train');
  await viewer.moveToNewAddress();
  await viewer.check();
  const next = viewer.nextRtp();
  const frame = video.send('train');
  assert.equal((await next).header.timestamp, frame.timestamp90k);
});

test('an ICE restart moves the path without touching DTLS', async () => {
  const { viewer, transport } = await watching('restart');
  const iceParameters = transport.restartIce();
  await viewer.moveToNewAddress();
  await viewer.check(iceParameters);
  const next = viewer.nextRtp();
  const frame = video.send('restart');
  assert.equal((await next).header.timestamp, frame.timestamp90k);
});

test('a viewer that stops checking is removed within 30 s, with its consumers', async () => {
  const { transport, consumer } = await watching('gone');
  const closed = once(transport, 'close');
  const consumerClosed = once(consumer, 'close');
  skippedUs += 15_000_000;
  mock.timers.tick(1000);
  assert.equal(transport.consumers.size, 1, 'fifteen seconds of silence are tolerated');
  skippedUs += 10_000_000;
  mock.timers.tick(1000);
  assert.deepEqual(await closed, ['timeout']);
  assert.deepEqual(await consumerClosed, ['transportClosed']);
  assert.equal(video.subscribers.has('gone'), false);
});

test('a removed camera closes its consumers and no others', async () => {
  const { transport, consumer } = await watching('removed');
  const other = sfu.consume(transport, 'kept');
  const second = sfu.consume(transport, 'removed');
  second.resume();
  consumer.on('close', () =>
    assert.equal(video.subscribers.has('removed'), false, 'no one waits for another'),
  );
  const closed = once(consumer, 'close');
  sfu.switchCamera('removed', false);
  sfu.removeCamera('removed');
  assert.deepEqual(await closed, ['cameraRemoved']);
  assert.deepEqual([...transport.consumers.keys()], [other.id]);
});

test('frame timings are sent only to viewers that requested them', async () => {
  const { consumer } = await watching('timed');
  mock.timers.tick(1000);
  consumer.setFrameTimings(true);
  const timings = once(consumer, 'timings');
  const frame = video.send('timed');
  mock.timers.tick(1000);
  const [[timing]] = (await timings) as [[{ rtpTimestamp: number; captureUs: number; sentUs: number }]];
  assert.equal(timing.rtpTimestamp, frame.timestamp90k);
  assert.equal(timing.captureUs, frame.captureUs);
  consumer.setFrameTimings(false);
});
