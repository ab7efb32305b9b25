/**
 * Two cameras, five viewers coming and going, some politely and some without a word; prints what the server holds on to
 * over time, and fails when it grows.
 *
 *     npm run soak                    10 minutes
 *     npm run soak -- --minutes 2
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readdirSync, readFileSync } from 'node:fs';
import { startCamera } from '../support/camera-process.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import { ServerProcess } from '../support/server-process.ts';
import type { SignalingSocket } from '../support/signaling-socket.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import { median } from './percentiles.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const VIEWERS = 5;
const SAMPLE_MS = 5_000;
/** Growth of the medians from the second to the last quarter of the run that still counts as flat. */
const ALLOWED_GROWTH_MB = 15;
const ALLOWED_GROWTH_HANDLES = 8;

interface Sample {
  minute: number;
  rssMb: number;
  heapMb: number;
  externalMb: number;
  descriptors: number;
  transports: number;
  consumers: number;
  sockets: number;
}

const random = randomSequence(1);
const server = await ServerProcess.start();
let admin = await server.admin();
const cameras = [await admin.addCamera('One'), await admin.addCamera('Two')];
// Access tokens last a quarter of an hour, and a soak may last longer.
const renewal = setInterval(() => void server.admin().then((renewed) => (admin = renewed)), 10 * 60_000);
const processes = cameras.map((camera) => startCamera(server.cameraUrl, camera));
const serverPid = server.child.process.pid ?? 0;
const deadline = performance.now() + MINUTES * 60_000;
const isOver = () => performance.now() > deadline;
let visits = 0;
let frozen = 0;
let packets = 0;

process.stdout.write(' minute  rss MB  heap MB  ext MB  descriptors  transports  consumers  sockets\n');
const samples: Sample[] = [];
const visitors = Array.from({ length: VIEWERS }, () => comeAndGo());
while (!isOver()) {
  await delay(SAMPLE_MS);
  samples.push(await sample());
}
await Promise.all(visitors);
for (const camera of processes) await camera.stop();
clearInterval(renewal);
if (report()) process.exitCode = 1;
// It throws when the server logged an error or an unhandled rejection.
await server.stop();

/** One viewer's life: visit after visit, each some seconds long, every third one ending without a word. */
async function comeAndGo(): Promise<void> {
  while (!isOver()) {
    const { viewer, signaling } = await visit();
    visits++;
    await delay(1_000 + random() * 6_000);
    viewer.close();
    if (visits % 3 === 0) {
      frozen++;
      signaling.socket.terminate();
    } else signaling.close();
    await delay(random() * 2_000);
  }
}

async function visit(): Promise<{ viewer: NodeViewer; signaling: SignalingSocket }> {
  const signaling = await admin.signaling();
  const transport = await signaling.request('createWebRtcTransport', {});
  const [candidate] = transport.iceCandidates;
  const viewer = await NodeViewer.create({
    port: candidate?.port ?? 0,
    iceParameters: transport.iceParameters,
    fingerprints: transport.dtlsParameters.fingerprints,
  });
  const { dtlsParameters } = viewer;
  await signaling.request('connectWebRtcTransport', { transportId: transport.id, dtlsParameters });
  await viewer.connect();
  viewer.on('rtp', () => packets++);
  for (const { id: cameraId } of cameras) {
    const { id: consumerId } = await signaling.request('consume', { transportId: transport.id, cameraId });
    await signaling.request('resumeConsumer', { consumerId });
  }
  await viewer.nextRtp();
  return { viewer, signaling };
}

async function sample(): Promise<Sample> {
  const { sfu, signalingSessions, memory } = await admin.status();
  const taken: Sample = {
    minute: MINUTES - (deadline - performance.now()) / 60_000,
    rssMb: mb(memory.rss),
    heapMb: mb(memory.heapUsed),
    externalMb: mb(memory.external),
    descriptors: descriptorCount(serverPid),
    transports: sfu.transports,
    consumers: sfu.consumers,
    sockets: signalingSessions,
  };
  const { minute, rssMb, heapMb, externalMb, descriptors, transports, consumers, sockets } = taken;
  process.stdout.write(
    `${minute.toFixed(1).padStart(7)}${rssMb.toFixed(0).padStart(8)}${heapMb.toFixed(1).padStart(9)}${externalMb.toFixed(1).padStart(8)}` +
      `${String(descriptors).padStart(13)}${String(transports).padStart(12)}${String(consumers).padStart(11)}${String(sockets).padStart(9)}\n`,
  );
  return taken;
}

function mb(bytes: number): number {
  return bytes / 1024 / 1024;
}

/** On Linux; elsewhere NaN, which is never too many. */
function descriptorCount(pid: number): number {
  try {
    readFileSync(`/proc/${pid}/stat`);
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return Number.NaN;
  }
}

/** @returns whether something grew */
function report(): boolean {
  const quarter = Math.floor(samples.length / 4);
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  const growth = (pick: (sample: Sample) => number) => median(late.map(pick)) - median(early.map(pick));
  const rows: [name: string, grown: number, allowed: number][] = [
    ['resident memory, MB', growth(({ rssMb }) => rssMb), ALLOWED_GROWTH_MB],
    ['heap, MB', growth(({ heapMb }) => heapMb), ALLOWED_GROWTH_MB],
    ['external memory, MB', growth(({ externalMb }) => externalMb), ALLOWED_GROWTH_MB],
    ['descriptors', growth(({ descriptors }) => descriptors), ALLOWED_GROWTH_HANDLES],
  ];
  process.stdout.write(
    `\n${visits} visits (${frozen} ended without a word), ${packets} packets received\n` +
      `growth from the second quarter of the run to the last:\n` +
      rows
        .map(
          ([name, grown, allowed]) =>
            `  ${name.padEnd(22)}${grown.toFixed(1).padStart(8)}   allowed ${allowed}\n`,
        )
        .join(''),
  );
  return rows.some(([, grown, allowed]) => grown > allowed) || packets === 0;
}
