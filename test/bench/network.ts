/**
 * Measures what a viewer sees over poor networks: real Chromium in network namespaces, watching the demo camera over a link
 * with losses, delay, jitter or little room.
 *
 *     npm run bench:network                                   every line, 30 s each
 *     npm run bench:network -- --seconds 15 --lines clean,700   those whose name contains one of these
 *
 * shown: different pictures presented per second. frozen: sum of the gaps of more than 300 ms between them, and their number.
 * p50, p95: age of a picture when it is presented. offered: bits that enter the link towards the viewer, per second.
 * needless: packets that were sent again and arrived, less those that were lost, as a share of the video's. keyframes: decoded
 * per second. Run it on a quiet machine; needs Linux and root.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { ensureNetworkPrograms } from '../network/support/network-test.ts';
import type { Host } from '../network/support/host.ts';
import {
  LinkEmulator,
  type LinkCounters,
  type LinkDirection,
  type LinkSettings,
} from '../network/support/link-emulator.ts';
import { Network } from '../network/support/network.ts';
import { HTTP_PORT, startServer, Watching } from '../network/support/watching.ts';
import { ensureChromium } from '../support/chromium.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { median, percentile } from './percentiles.ts';
import { takeShownFrames, watchPictures, type ShownFrame } from './shown-frames.ts';

interface Line {
  name: string;
  link: readonly [LinkDirection, LinkSettings][];
  /** The figures are those of a viewer beside this one, on a line of its own. */
  isMeasuredBeside?: boolean;
}

const SERVER_ADDRESS = '10.9.0.1';
const GAP_MS = 300;
const WARM_UP_MS = 3_000;

const loss = (percent: number, ms = 0): Line['link'] => [
  ['both', { delay: ms }],
  ['down', { loss: percent }],
];
const rate = (kbps: number): Line['link'] => [['down', { rate: kbps, queue: 100 }]];

const LINES: Line[] = [
  { name: 'clean', link: [] },
  { name: '5 % loss', link: loss(5) },
  { name: '10 % loss', link: loss(10) },
  { name: '5 % loss, 50 ms each way', link: loss(5, 50) },
  { name: '5 % loss, 100 ms each way', link: loss(5, 100) },
  { name: '5 % loss, 200 ms each way', link: loss(5, 200) },
  { name: 'jitter of 30 ms, reordered', link: [['down', { delay: 50, jitter: 30, reorder: 1 }]] },
  { name: '700 kbit/s', link: rate(700) },
  { name: '500 kbit/s', link: rate(500) },
  { name: '300 kbit/s', link: rate(300) },
  { name: 'healthy beside 300 kbit/s', link: rate(300), isMeasuredBeside: true },
];

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, lines: { type: 'string', default: '' } },
});
const SECONDS = Number(values.seconds);
const WORDS = values.lines.split(',');
const lines = LINES.filter(({ name }) => WORDS.some((word) => name.includes(word)));

ensureNetworkPrograms();
ensureChromium();
await ensureClientBuilt();
using network = new Network();
const [home, poor, beside] = ['home', 'poor', 'beside'].map((name) => network.addHost(name)) as [
  Host,
  Host,
  Host,
];
network.plug(home, 'eth0', 'near', `${SERVER_ADDRESS}/24`);
network.plug(beside, 'eth0', 'near', '10.9.0.3/24');
network.plug(poor, 'eth0', 'far', '10.9.0.2/24');
using link = await LinkEmulator.join(network, ['near', 'far'], [home, poor, beside]);

process.stdout.write(
  `${'network'.padEnd(28)}shown  frozen (gaps)   p50   p95  offered  needless  keyframes\n` +
    `${''.padEnd(28)}  fps       s           ms    ms   kbit/s         %        1/s\n`,
);
for (const line of lines) process.stdout.write(await measured(line));

async function measured(line: Line): Promise<string> {
  await link.reset();
  await using server = await startServer(home);
  await using watching = await start(poor, server);
  await using neighbour = line.isMeasuredBeside ? await start(beside, server) : undefined;
  const { page } = (neighbour ?? watching).page;
  for (const [direction, settings] of line.link) await link.set(direction, settings);
  await delay(WARM_UP_MS);
  await takeShownFrames(page);
  await link.counters();
  const keyframesBefore = await keyframesDecoded(page);
  const beganMs = performance.now();
  await delay(SECONDS * 1000);
  const { down } = await link.counters();
  const seconds = (performance.now() - beganMs) / 1000;
  const frames = await takeShownFrames(page);
  // A consumer that was replaced takes its count with it.
  const keyframes = Math.max(0, (await keyframesDecoded(page)) - keyframesBefore);
  await link.reset();
  return row(line.name, frames, down, keyframes / seconds, seconds);
}

async function start(host: Host, server: ServerProcess): Promise<Watching> {
  const watching = await Watching.start(host, server, `http://${SERVER_ADDRESS}:${HTTP_PORT}`);
  await watching.untilMoving();
  await watchPictures(watching.page.page);
  return watching;
}

function keyframesDecoded(page: Watching['page']['page']): Promise<number> {
  return page.evaluate(async () => {
    let keyframes = 0;
    for (const peer of window.peerConnections) {
      for (const entry of (await peer.getStats()).values() as Iterable<Record<string, unknown>>)
        if (entry['type'] === 'inbound-rtp') keyframes += Number(entry['keyFramesDecoded'] ?? 0);
    }
    return keyframes;
  });
}

function row(
  name: string,
  frames: readonly ShownFrame[],
  down: LinkCounters,
  keyframesPerSecond: number,
  seconds: number,
): string {
  const takenMs = frames.map(({ shownMs, latencyMs }) => Math.round(shownMs - latencyMs));
  const different = frames.filter((_, i) => takenMs[i] !== takenMs[i - 1]);
  const shownMs = different.map((frame) => frame.shownMs);
  const gaps = shownMs.slice(1).map((ms, i) => ms - (shownMs[i] ?? ms));
  // Nothing at all was shown, or nothing any more.
  gaps.push(seconds * 1000 - gaps.reduce((sum, ms) => sum + ms, 0));
  const frozen = gaps.filter((ms) => ms > GAP_MS);
  const latencies = different.map(({ latencyMs }) => latencyMs);
  const needless = Math.max(0, down.repeats - down.repeatsLost - down.videoLost) / down.video;
  const columns: [value: number, digits: number, width: number][] = [
    [different.length / seconds, 1, 5],
    [frozen.reduce((sum, ms) => sum + ms, 0) / 1000, 1, 8],
    [frozen.length, 0, 7],
    [median(latencies), 0, 6],
    [percentile(latencies, 95), 0, 6],
    [(down.bytes * 8) / seconds / 1000, 0, 9],
    [needless * 100, 1, 10],
    [keyframesPerSecond, 2, 11],
  ];
  const text = columns.map(([value, digits, width]) => value.toFixed(digits).padStart(width));
  return `${name.padEnd(28)}${text.join('')}\n`;
}
