/**
 * Moving JPEGs over slow links: how old the picture is that a viewer sees, at any moment, from its capture in the
 * camera. Server and viewer are network namespaces, the wire between them is narrow both ways, takes 20 ms each way,
 * and has a queue of 100 ms.
 *
 *     npm run bench:mjpeg                 30 s for each of 0.5 … 5 Mbit/s; a quiet machine with Linux, and root
 *     npm run bench:mjpeg -- --seconds 10
 *
 * The goal: above 1 Mbit/s, at most 1 s at the 95th percentile. Exits with 1 when it is missed.
 */

import { parseArgs } from 'node:util';
import { LinkEmulator } from '../network/support/link-emulator.ts';
import { ensureNetworkPrograms } from '../network/support/network-test.ts';
import { Network } from '../network/support/network.ts';
import { HTTP_PORT, startServer } from '../network/support/watching.ts';
import { Child } from '../support/child-process.ts';
import { percentile } from './percentiles.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const SECONDS = Number(values.seconds);
const LINKS_KBPS = [500, 1_100, 1_500, 2_000, 3_000, 5_000];
const LINK = { delay: 20, queue: 100 };
const GOAL_MS = 1_000;
const GOAL_ABOVE_KBPS = 1_000;
const SERVER_ADDRESS = '10.77.0.1';
const URL = `http://${SERVER_ADDRESS}:${HTTP_PORT}`;
/** Between two looks at the screen. */
const LOOK_MS = 5;

interface Watched {
  pictures: { shownMs: number; takenMs: number }[];
  bytes: number;
}

if (process.getuid?.() !== 0) {
  process.stderr.write('bench:mjpeg makes network namespaces: run it as root, on Linux\n');
  process.exit(1);
}
ensureNetworkPrograms();
using network = new Network();
const server = network.addHost('server');
const viewer = network.addHost('viewer');
network.plug(server, 'eth0', 'near', `${SERVER_ADDRESS}/24`);
network.plug(viewer, 'eth0', 'far', '10.77.0.2/24');
using link = await LinkEmulator.join(network, ['near', 'far'], [server, viewer]);
const vigie = await startServer(server);
process.stdout.write(`Moving JPEGs, VGA at 25 fps, ${SECONDS} s each   (goal above 1 Mbit/s: p95 1000 ms)\n`);
let missed = false;
for (const kbps of LINKS_KBPS) {
  await link.set('both', { ...LINK, rate: kbps });
  const watched = await watch();
  const ages = agesOf(watched.pictures);
  const [p50, p95] = [percentile(ages, 50), percentile(ages, 95)];
  missed ||= kbps > GOAL_ABOVE_KBPS && !(p95 <= GOAL_MS);
  const fps = watched.pictures.length / SECONDS;
  const mbps = (watched.bytes * 8) / SECONDS / 1e6;
  process.stdout.write(
    `  ${(kbps / 1000).toFixed(1)} Mbit/s   p50 ${p50.toFixed(0).padStart(5)} ms, p95 ${p95.toFixed(0).padStart(5)} ms` +
      `   ${fps.toFixed(1)} fps, ${mbps.toFixed(2)} Mbit/s used\n`,
  );
}
await vigie.stop();
process.exitCode = missed ? 1 : 0;

async function watch(): Promise<Watched> {
  const args = [URL, vigie.password, String(SECONDS)];
  await using child = new Child('test/bench/mjpeg-viewer.ts', args, { prefix: viewer.prefix });
  const [line] = await child.line(/^\{.*\}$/m, (SECONDS + 60) * 1000);
  return JSON.parse(line) as Watched;
}

/** The age of the newest picture at every look: it grows until the next one is there. */
function agesOf(pictures: Watched['pictures']): number[] {
  return pictures.slice(1).flatMap(({ shownMs: untilMs }, index) => {
    const { shownMs, takenMs } = pictures[index] ?? { shownMs: untilMs, takenMs: untilMs };
    const looks = Math.max(0, Math.floor((untilMs - shownMs) / LOOK_MS));
    return Array.from({ length: looks }, (_, look) => shownMs + look * LOOK_MS - takenMs);
  });
}
