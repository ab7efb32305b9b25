/**
 * The cost of one packet to one more viewer: header, AES-128-GCM, history and UDP send, by the SFU's own consumer over
 * its own socket, compared with a bare UDP send of the same size in the same run. The viewers never receive, report or
 * request retransmissions, so a core serves fewer real viewers than the printed bound. "as it was": the same without pacer and
 * history of sent packets, in the same run.
 *
 *     npm run bench:fanout
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import type { EncodedFrame, OnEncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { RungDemand } from '../../server/core/video/frame-source.ts';
import { Pacer } from '../../server/core/bandwidth/pacer.ts';
import { SrtpGcm } from '../../server/core/rtp/srtp-gcm.ts';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { CameraTracks } from '../../server/sfu/camera-tracks.ts';
import { Consumer } from '../../server/sfu/consumer.ts';
import type { OutgoingPacket } from '../../server/sfu/rtp-stream.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import { LineAllocation } from '../../server/sfu/line-allocation.ts';
import { pageFormat } from '../../server/sfu/rtp-parameters.ts';
import { RtcSocket } from '../../server/sfu/rtc-socket.ts';
import { NO_RUNG, NO_VIDEO } from '../support/no-video.ts';

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
  rung: 'full',
  layer: undefined,
  data: randomBytes(FRAME_BYTES),
  keyframe: sequence % FRAMES_PER_ROUND === 0,
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

let deliver: OnEncodedFrame = () => {};
const video = {
  ...NO_VIDEO,
  subscribeRung: (_cameraId: string, _demand: RungDemand, onFrame: OnEncodedFrame) => {
    deliver = onFrame;
    return NO_RUNG;
  },
};
const nowUs = () => performance.now() * 1000;
const sinks = { paced: viewers(true), plain: viewers(false) };

function viewers(isPaced: boolean): { consumers: Consumer[]; deliver: (frame: EncodedFrame) => void } {
  const tracks = new CameraTracks('bench', video, nowUs);
  const consumers = Array.from({ length: VIEWERS }, (_, index) => viewer(tracks, index, isPaced));
  return { consumers, deliver };
}

function viewer(tracks: CameraTracks, index: number, isPaced: boolean): Consumer {
  const line = new ViewerLine();
  const pacer = new Pacer<OutgoingPacket>(
    (paced, probe, us) => socket.send(paced.write(line.bandwidth.sent(paced.bytes, probe, us)), to),
    () => undefined,
  );
  // Frames follow each other much faster than live ones: none is to wait.
  pacer.setRate(4_000_000_000, 4_000_000_000);
  const path = {
    isFull: false,
    line,
    srtp: new SrtpGcm(randomBytes(16), randomBytes(12)),
    send: (outgoing: OutgoingPacket) => {
      if (isPaced) pacer.add(outgoing, nowUs());
      else socket.send(outgoing.write(0), to);
      return true;
    },
  };
  const identity = {
    mid: '0',
    ssrc: index * 2 + 1,
    rtxSsrc: index * 2 + 2,
    cname: 'bench',
    format: pageFormat(false),
  };
  const allocation = new LineAllocation(() => undefined);
  const consumer = new Consumer(String(index), identity, tracks, path, allocation, true);
  consumer.resume();
  return consumer;
}

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
const byConsumers = ({ consumers, deliver: send }: (typeof sinks)['paced']) => {
  const packetsSent = () => consumers.reduce((sum, { stats }) => sum + stats.packetsSent, 0);
  const before = packetsSent();
  send(frame(sequence++));
  return packetsSent() - before;
};
const packet = randomBytes(1040);
const bare = () => {
  const count = VIEWERS * Math.ceil(FRAME_BYTES / 1150);
  for (let i = 0; i < count; i++) socket.send(packet, to);
  return count;
};

const results = { paced: [] as number[], plain: [] as number[], bare: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  results.paced.push(await measure(() => byConsumers(sinks.paced)));
  results.plain.push(await measure(() => byConsumers(sinks.plain)));
  results.bare.push(await measure(bare));
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const [whole, plain, send] = [median(results.paced), median(results.plain), median(results.bare)];
const packetsPerSecond = 25 * Math.ceil(FRAME_BYTES / 1150);
process.stdout.write(
  `${VIEWERS} viewers of one camera at 1 Mbit/s, medians of ${ROUNDS} rounds\n` +
    `  packet to one viewer   ${whole.toFixed(1)} µs CPU\n` +
    `  as it was              ${plain.toFixed(1)} µs CPU (ratio ${(whole / plain).toFixed(2)})\n` +
    `  bare UDP send          ${send.toFixed(1)} µs CPU (ratio ${(whole / send).toFixed(2)})\n` +
    `  viewers per core       below ${Math.floor(1_000_000 / (whole * packetsPerSecond))} at 1 Mbit/s each (sending alone)\n`,
);
await sink.terminate();
await socket.close();
