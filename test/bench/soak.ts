/**
 * A server in use: viewers come and go, some abruptly; cameras lose their connection and reconnect; pictures change
 * size and format. Prints the memory and descriptors of the server and its codec processes over time, and fails when
 * they grow.
 *
 *     npm run soak                    10 minutes
 *     npm run soak -- --minutes 2
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import type { VirtualCamera } from '../../server/virtual-camera/virtual-camera.ts';
import { alternatingCamera, AlternatingPictures } from '../support/alternating-pictures.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { descriptorCount, residentMb } from '../support/process-facts.ts';
import { ServerProcess } from '../support/server-process.ts';
import { SignedIn } from '../support/signed-in.ts';
import { openVisit } from '../support/visit.ts';
import { median } from './percentiles.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const VIEWERS = 5;
const SAMPLE_MS = 5_000;
/** Growth of the medians from the second to the last quarter of the run that still counts as flat. */
const ALLOWED_GROWTH_MB = 15;
/** All codec processes together. Each change of size or format opens a new encoder. */
const ALLOWED_CODEC_GROWTH_MB = 60;
const ALLOWED_GROWTH_HANDLES = 8;
const SIZE_CHANGE_MS = 7_000;
const SIZES = ['VGA', 'SVGA', 'QVGA', 'HD'] as const;
const RECONNECT_MS = 20_000;
const AWAY_MS = 2_000;
const ALTERNATING_FPS = 10;
/** Pictures of one kind in a row. */
const HOLD = 20;

interface Sample {
  minute: number;
  rssMb: number;
  heapMb: number;
  externalMb: number;
  codecMb: number;
  descriptors: number;
  transports: number;
  consumers: number;
  sockets: number;
}

const random = randomSequence(1);
const server = await ServerProcess.start();
// Also when something below fails.
process.once('exit', () => server.child.process.kill('SIGKILL'));
let admin = await server.admin();
const drawn = await admin.addCamera('Drawn');
const alternating = await admin.addCamera('Alternating');
const cameraIds = [drawn.id, alternating.id];
// Access tokens are valid for a quarter of an hour, and a soak may last longer.
const renewal = setInterval(() => void server.admin().then((renewed) => (admin = renewed)), 10 * 60_000);
const port = Number(new URL(server.url).port);
const viewer = new SignedIn(port, 'admin', server.password);
const serverPid = server.child.process.pid ?? 0;
const deadline = performance.now() + MINUTES * 60_000;
const isOver = (): boolean => performance.now() > deadline;
const counts = { visits: 0, silent: 0, failed: 0, packets: 0, sizes: 0, reconnects: 0 };

process.stdout.write(
  ' minute  rss MB  heap MB  ext MB  codec MB  descriptors  transports  consumers  sockets\n',
);
const samples: Sample[] = [];
const running = [
  ...Array.from({ length: VIEWERS }, () => comeAndGo()),
  loseConnections(),
  changeKinds(),
  changeSizes(),
];
while (!isOver()) {
  await delay(SAMPLE_MS);
  samples.push(await sample());
}
await Promise.all(running);
clearInterval(renewal);
if (report()) process.exitCode = 1;
// It throws when the server logged an error or an unhandled rejection.
await server.stop();

/** One viewer's life: visit after visit, some seconds each, every third one ending abruptly. */
async function comeAndGo(): Promise<void> {
  while (!isOver()) {
    try {
      const visit = await openVisit(port, await viewer.token(), cameraIds);
      counts.visits++;
      visit.viewer.on('rtp', () => counts.packets++);
      await delay(1_000 + random() * 6_000);
      if (counts.visits % 3 === 0) {
        counts.silent++;
        visit.close();
      } else {
        visit.signaling.close();
        visit.viewer.close();
      }
    } catch {
      counts.failed++;
    }
    await delay(random() * 2_000);
  }
}

/** The drawn camera is a process that is killed, or stopped, and started again. */
async function loseConnections(): Promise<void> {
  while (!isOver()) {
    const camera = startCamera(server.cameraUrl, drawn, FULL_RATE);
    await waitUntilOver(RECONNECT_MS);
    await camera.stop(counts.reconnects++ % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    await waitUntilOver(AWAY_MS);
  }
}

/** The alternating camera plays three sizes and formats in turn, and disconnects and reconnects now and then. */
async function changeKinds(): Promise<void> {
  const pictures = new AlternatingPictures(
    [
      { width: 640, height: 480, format: '4:2:2' },
      { width: 640, height: 480, format: '4:2:0' },
      { width: 800, height: 600, format: '4:2:2' },
      { width: 320, height: 240, format: '4:4:4' },
    ],
    HOLD,
  );
  while (!isOver()) {
    const camera: VirtualCamera = alternatingCamera(server.cameraUrl, alternating, pictures, ALTERNATING_FPS);
    camera.start();
    await waitUntilOver(1.5 * RECONNECT_MS);
    camera.close();
    counts.reconnects++;
    await waitUntilOver(AWAY_MS);
  }
}

/** An administrator who keeps changing settings. */
async function changeSizes(): Promise<void> {
  while (!isOver()) {
    await waitUntilOver(SIZE_CHANGE_MS);
    const frameSize = SIZES[counts.sizes % SIZES.length];
    await admin.request('POST', `/cameras/${drawn.id}/settings`, { frameSize }).then(
      () => counts.sizes++,
      // Offline at the moment.
      () => undefined,
    );
  }
}

async function waitUntilOver(ms: number): Promise<void> {
  await delay(Math.max(0, Math.min(ms, deadline - performance.now())));
}

async function sample(): Promise<Sample> {
  const { sfu, signalingSessions, memory, codecPids } = await admin.status();
  const taken: Sample = {
    minute: MINUTES - (deadline - performance.now()) / 60_000,
    rssMb: mb(memory.rss),
    heapMb: mb(memory.heapUsed),
    externalMb: mb(memory.external),
    codecMb: codecPids.reduce((sum, pid) => sum + (residentMb(pid) || 0), 0),
    // NaN on systems other than Linux, which never counts as too many.
    descriptors: descriptorCount(serverPid),
    transports: sfu.transports,
    consumers: sfu.consumers,
    sockets: signalingSessions,
  };
  const { minute, rssMb, heapMb, externalMb, codecMb, descriptors, transports, consumers, sockets } = taken;
  process.stdout.write(
    `${minute.toFixed(1).padStart(7)}${rssMb.toFixed(0).padStart(8)}${heapMb.toFixed(1).padStart(9)}${externalMb.toFixed(1).padStart(8)}` +
      `${codecMb.toFixed(0).padStart(10)}${String(descriptors).padStart(13)}${String(transports).padStart(12)}${String(consumers).padStart(11)}${String(sockets).padStart(9)}\n`,
  );
  return taken;
}

function mb(bytes: number): number {
  return bytes / 1024 / 1024;
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
    ['codec processes, MB', growth(({ codecMb }) => codecMb), ALLOWED_CODEC_GROWTH_MB],
    ['descriptors', growth(({ descriptors }) => descriptors), ALLOWED_GROWTH_HANDLES],
  ];
  const { visits, silent, failed, packets, sizes, reconnects } = counts;
  process.stdout.write(
    `\n${visits} visits (${silent} ended without a word, ${failed} failed), ${packets} packets received, ` +
      `${sizes} changes of size, cameras back ${reconnects} times\n` +
      `growth from the second quarter of the run to the last:\n` +
      rows
        .map(
          ([name, grown, allowed]) =>
            `  ${name.padEnd(22)}${grown.toFixed(1).padStart(8)}   allowed ${allowed}${grown > allowed ? '   BROKEN' : ''}\n`,
        )
        .join(''),
  );
  return rows.some(([, grown, allowed]) => grown > allowed) || packets === 0;
}
