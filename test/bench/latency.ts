/**
 * Glass to glass: from the time drawn into a virtual camera's picture to the moment its pixels are shown in Chromium,
 * through the real server; compared, in turns within the same run, with the legacy way. Then the join: from a click to
 * the first picture.
 *
 *     npm run bench:latency               60 s of pictures each way, 20 joins
 *     npm run bench:latency -- --seconds 20 --joins 5
 */

import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { FrameTiming, NotificationMessage } from '../../server/wire/signaling.ts';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { TestBrowser, type TestPage } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { Child } from '../support/child-process.ts';
import { ensureChromium } from '../support/chromium.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { measureJoins } from './joins.ts';
import { median, percentile } from './percentiles.ts';
import { LegacyWay } from './legacy-way.ts';
import { takeShownFrames, watchPictures, type ShownFrame } from './shown-frames.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, joins: { type: 'string', default: '20' } },
});
const SECONDS = Number(values.seconds);
const JOINS = Number(values.joins);
/** Duration of each way's turn, so that other load of the machine affects both alike. */
const TURN_SECONDS = Math.min(10, SECONDS);
const WARM_UP_MS = 2_000;

interface Way {
  frames: ShownFrame[];
  bits: number;
  seconds: number;
}

ensureChromium();
await ensureClientBuilt();
const server = await ServerProcess.start();
const legacyWay = await LegacyWay.listen();
const browser = await TestBrowser.launch({ isBrowser: true });
const admin = await server.admin();
const camera = await admin.addCamera('Bench');
const timings = new Map<number, FrameTiming>();
const page = await browser.open(server.url, async (tab) => {
  tab.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(String(payload)) as NotificationMessage;
      if (message.method !== 'frameTimings') return;
      for (const timing of message.data.frames) timings.set(timing.rtpTimestamp, timing);
    });
  });
});
await page.signIn('admin', server.password);
const vigie: Way = { frames: [], bits: 0, seconds: 0 };
const badges: number[] = [];
/** Chromium reports only the sum over all frames. */
const jitterBuffer = { seconds: 0, frames: 0 };
const legacy: Way = { frames: [], bits: 0, seconds: 0 };

for (let done = 0; done < SECONDS; done += TURN_SECONDS) {
  await vigieTurn(page);
  await legacyTurn();
}
print();
const { afterClick, afterLoad } = await measureJoins(browser, server, camera, JOINS);
const joinLine = (name: string, ms: number[]) =>
  `  ${name.padEnd(28)}p50 ${median(ms).toFixed(0)} ms, p95 ${percentile(ms, 95).toFixed(0)} ms\n`;
process.stdout.write(
  `\nFirst picture, ${JOINS} joins   (goal after a click: p50 150 ms)\n` +
    joinLine('after a click', afterClick) +
    joinLine('after loading the page', afterLoad),
);
await browser.close();
legacyWay.close();
await server.stop();

async function vigieTurn(viewer: TestPage): Promise<void> {
  const process = startCamera(server.cameraUrl, camera, FULL_RATE);
  await viewer.untilStatus(camera.id, 'live');
  await viewer.page.locator('vigie-camera').evaluate((element) => element.setAttribute('show-stats', ''));
  await watchPictures(viewer.page);
  await delay(WARM_UP_MS);
  await takeShownFrames(viewer.page);
  const before = await viewer.videoStats();
  const beganMs = performance.now();
  await delay(TURN_SECONDS * 1000);
  vigie.frames.push(...(await takeShownFrames(viewer.page)));
  const after = await viewer.videoStats();
  vigie.bits += (after.bytesReceived - before.bytesReceived) * 8;
  jitterBuffer.seconds += after.jitterBufferDelay - before.jitterBufferDelay;
  jitterBuffer.frames += after.jitterBufferEmittedCount - before.jitterBufferEmittedCount;
  vigie.seconds += (performance.now() - beganMs) / 1000;
  badges.push(await badge(viewer));
  // The last second's timings are still to come.
  await delay(1_200);
  await process.stop();
  await viewer.untilStatus(camera.id, 'offline');
}

/** The latency according to the page itself: it knows no time code, only clocks and RTP timestamps. In ms. */
async function badge(viewer: TestPage): Promise<number> {
  const p50 = await viewer.page
    .locator('vigie-camera')
    .evaluate(
      (element: HTMLElement & { stats?: { presentedLatencyMs?: { p50: number } } }) =>
        element.stats?.presentedLatencyMs?.p50,
    );
  return p50 ?? Number.NaN;
}

async function legacyTurn(): Promise<void> {
  const credentials = { VIGIE_LEGACY_USERNAME: 'x', VIGIE_LEGACY_PASSWORD: 'x' };
  const viewer = await browser.open(legacyWay.pageUrl);
  const process = new Child('server/virtual-camera/main.ts', ['--legacy', '--url', legacyWay.cameraUrl], {
    env: credentials,
  });
  await until('pictures come', () => viewer.page.evaluate(() => window.bytesReceived > 0));
  await watchPictures(viewer.page);
  await delay(WARM_UP_MS);
  await takeShownFrames(viewer.page);
  const before = await viewer.page.evaluate(() => window.bytesReceived);
  const beganMs = performance.now();
  await delay(TURN_SECONDS * 1000);
  legacy.frames.push(...(await takeShownFrames(viewer.page)));
  legacy.bits += ((await viewer.page.evaluate(() => window.bytesReceived)) - before) * 8;
  legacy.seconds += (performance.now() - beganMs) / 1000;
  await process.stop();
  await viewer.close();
}

function print(): void {
  const [ours, theirs] = [summary(vigie), summary(legacy)];
  process.stdout.write(
    `Glass to glass by time code, VGA at 25 fps, ${SECONDS} s each way in turns of ${TURN_SECONDS} s\n` +
      `${''.padEnd(28)}  p50 ms  p95 ms  p99 ms     fps   Mbit/s\n` +
      row('Vigie', ours) +
      row('the legacy way', theirs) +
      `${'ratio'.padEnd(28)}${ratio(ours.p50, theirs.p50)}${ratio(ours.p95, theirs.p95)}${ratio(ours.p99, theirs.p99)}${ratio(ours.fps, theirs.fps)}${ratio(ours.mbps, theirs.mbps)}\n` +
      `${'goal'.padEnd(28)}    <1.0   <=1.2                <=0.2\n` +
      `${'the page’s own badge says'.padEnd(28)}${median(badges).toFixed(1).padStart(8)}\n\n` +
      whereTheTimeGoes(),
  );
}

interface Summary {
  p50: number;
  p95: number;
  p99: number;
  fps: number;
  mbps: number;
}

function summary({ frames, bits, seconds }: Way): Summary {
  const latencies = frames.map(({ latencyMs }) => latencyMs);
  const [p50, p95, p99] = [50, 95, 99].map((p) => percentile(latencies, p)) as [number, number, number];
  return { p50, p95, p99, fps: frames.length / seconds, mbps: bits / seconds / 1_000_000 };
}

function row(name: string, { p50, p95, p99, fps, mbps }: Summary): string {
  const columns = [p50, p95, p99, fps].map((value) => value.toFixed(1).padStart(8));
  return `${name.padEnd(28)}${columns.join('')}${mbps.toFixed(2).padStart(9)}\n`;
}

function ratio(ours: number, theirs: number): string {
  return (ours / theirs).toFixed(2).padStart(8);
}

/** Each frame's time in the server, stage by stage; medians and 95th percentiles over all frames. */
function whereTheTimeGoes(): string {
  const stages = new Map<string, number[]>();
  const jitterBufferMs = (jitterBuffer.seconds / jitterBuffer.frames) * 1000;
  const add = (stage: string, ms: number) => stages.set(stage, [...(stages.get(stage) ?? []), ms]);
  for (const frame of vigie.frames) {
    const timing = timings.get(frame.rtpTimestamp ?? -1);
    if (!timing || frame.receivedMs === undefined || frame.decodeMs === undefined) continue;
    const captureMs = frame.shownMs - frame.latencyMs;
    add('ingest (camera to server)', timing.receivedUs / 1000 - captureMs);
    add('waiting for the codec', (timing.decodeStartUs - timing.receivedUs) / 1000);
    add('JPEG decode', (timing.decodedUs - timing.decodeStartUs) / 1000);
    add('VP8 encode', (timing.encodedUs - timing.decodedUs) / 1000);
    add('packetize, protect', (timing.sentUs - timing.encodedUs) / 1000);
    add('network', frame.receivedMs - timing.sentUs / 1000);
    add('jitter buffer (mean)', jitterBufferMs);
    add('browser decode', frame.decodeMs);
    add('display', frame.shownMs - frame.receivedMs - frame.decodeMs - jitterBufferMs);
  }
  const lines = [...stages].map(
    ([stage, ms]) =>
      `  ${stage.padEnd(28)}${median(ms).toFixed(2).padStart(8)}${percentile(ms, 95).toFixed(2).padStart(8)}\n`,
  );
  return `Where Vigie's time goes             p50     p95\n${lines.join('')}`;
}
