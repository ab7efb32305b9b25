/**
 * The cost of one packet to one more viewer: header, AES-128-GCM, history and UDP send, by the SFU's own consumer over
 * its own socket, compared with a bare UDP send of the same size in the same run. The viewers never receive, report or
 * request retransmissions, so a core serves fewer real viewers than the printed bound.
 *
 *     npm run bench:fanout
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import { SrtpGcm } from '../../server/core/rtp/srtp-gcm.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { CameraTrack } from '../../server/sfu/camera-track.ts';
import { Consumer } from '../../server/sfu/consumer.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import { RtcSocket } from '../../server/sfu/rtc-socket.ts';

const VIEWERS = 20;
const ROUNDS = 40;
const FRAMES_PER_ROUND = 25;
/** 1 Mbit/s at 25 fps. */
const FRAME_BYTES = 5000;

/** Binds a port and never reads: the kernel accepts the packets and drops what does not fit. */
const sink = new Worker(
  `const socket = require('node:dgram').createSocket('udp4');
   socket.bind(0, '127.0.0.1', () => {
     require('node:worker_threads').parentPort.postMessage(socket.address().port);
     setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
   });`,
  { eval: true },
);
const [port] = (await once(sink, 'message')) as [number];
const to = { address: '::ffff:127.0.0.1', port };
const socket = await RtcSocket.open(0, new IceUsers(), pino({ level: 'silent' }));

const frame = (sequence: number): EncodedFrame => ({
  cameraId: 'bench',
  data: randomBytes(FRAME_BYTES),
  keyframe: sequence === 0,
  repeated: false,
  width: 640,
  height: 480,
  timestamp90k: sequence * 3600,
  captureUs: 0,
  receivedUs: 0,
  decodeStartUs: 0,
  decodedUs: 0,
  encodedUs: 0,
});

let deliver: (frame: EncodedFrame) => void = () => {};
const video = {
  subscribe: (_cameraId: string, onFrame: (encoded: EncodedFrame) => void) => {
    deliver = onFrame;
    return { close: () => {} };
  },
  requestKeyframe: () => {},
  limitBitrate: () => {},
};
const track = new CameraTrack('bench', video, () => performance.now() * 1000);
const consumers = Array.from({ length: VIEWERS }, (_, index) => {
  const line = new ViewerLine();
  const path = {
    isFull: false,
    line,
    nextTransportSequence: (bytes: number) => line.sent(bytes, performance.now() * 1000),
    srtp: new SrtpGcm(randomBytes(16), randomBytes(12)),
    send: (datagram: Buffer) => {
      socket.send(datagram, to);
      return true;
    },
  };
  const identity = { mid: '0', ssrc: index * 2 + 1, rtxSsrc: index * 2 + 2, cname: 'bench' };
  const consumer = new Consumer(String(index), identity, track, path, true);
  consumer.resume();
  return consumer;
});

/** CPU of this process per packet, in µs. */
async function measure(sendFrame: () => number): Promise<number> {
  const before = process.cpuUsage();
  let packets = 0;
  for (let i = 0; i < FRAMES_PER_ROUND; i++) {
    packets += sendFrame();
    // The system sends at the end of this turn of the loop.
    await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / packets;
}

let sequence = 0;
const packetsSent = () => consumers.reduce((sum, { stats }) => sum + stats.packetsSent, 0);
const byConsumer = () => {
  const before = packetsSent();
  deliver(frame(sequence++));
  return packetsSent() - before;
};
const packet = randomBytes(1040);
const bare = () => {
  const count = VIEWERS * Math.ceil(FRAME_BYTES / 1150);
  for (let i = 0; i < count; i++) socket.send(packet, to);
  return count;
};

const results = { consumer: [] as number[], bare: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  results.consumer.push(await measure(byConsumer));
  results.bare.push(await measure(bare));
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const [whole, send] = [median(results.consumer), median(results.bare)];
const packetsPerSecond = 25 * Math.ceil(FRAME_BYTES / 1150);
process.stdout.write(
  `${VIEWERS} viewers of one camera at 1 Mbit/s, medians of ${ROUNDS} rounds\n` +
    `  packet to one viewer   ${whole.toFixed(1)} µs CPU\n` +
    `  bare UDP send          ${send.toFixed(1)} µs CPU (ratio ${(whole / send).toFixed(2)})\n` +
    `  viewers per core       below ${Math.floor(1_000_000 / (whole * packetsPerSecond))} at 1 Mbit/s each (sending alone)\n`,
);
await sink.terminate();
await socket.close();
