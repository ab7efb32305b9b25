/**
 * Glass to glass by WHEP: a plain RTCPeerConnection in a page of another site, against the app's own page, in turns
 * within one run.
 *
 *     npm run bench:whep                  60 s of pictures each way
 *     npm run bench:whep -- --seconds 20
 *
 * The goal: at the median at most 1.1 times that of Vigie's own page. Exits with 1 when it is missed.
 */

import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';
import { TestBrowser } from '../support/browser.ts';
import { FULL_RATE, startCamera } from '../support/camera-process.ts';
import { ensureChromium } from '../support/chromium.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { foreignSite, WhepPage } from '../support/whep-player.ts';
import { percentile } from './percentiles.ts';
import { takeShownFrames, watchPictures } from './shown-frames.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const SECONDS = Number(values.seconds);
/** Duration of each way's turn, so that other load of the machine affects both alike. */
const TURN_SECONDS = Math.min(10, SECONDS);
const WARM_UP_MS = 2_000;
const GOAL = 1.1;

ensureChromium();
await ensureClientBuilt();
const site = await foreignSite();
const server = await ServerProcess.start({ env: { VIGIE_WHEP_ORIGINS: site.origin } });
const browser = await TestBrowser.launch({ isBrowser: true });
const admin = await server.admin();
const camera = await admin.addCamera('Bench');
const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
  name: 'Bench',
  everyCamera: ['live'],
  cameras: [],
  powers: [],
  expiresAtMs: null,
});
const cameraProcess = startCamera(server.cameraUrl, camera, FULL_RATE);
const own: number[] = [];
const whep: number[] = [];
for (let done = 0; done < SECONDS; done += TURN_SECONDS) {
  await ownTurn();
  await whepTurn();
}
await browser.close();
site.close();
await cameraProcess.stop();
await server.stop();

const row = (name: string, ms: readonly number[]): string =>
  `${name.padEnd(28)}${[50, 95, 99].map((p) => percentile(ms, p).toFixed(1).padStart(8)).join('')}${(ms.length / SECONDS).toFixed(1).padStart(8)}\n`;
const ratio = percentile(whep, 50) / percentile(own, 50);
process.stdout.write(
  `Glass to glass by time code, VGA at 25 fps, ${SECONDS} s each way in turns of ${TURN_SECONDS} s\n` +
    `${''.padEnd(28)}  p50 ms  p95 ms  p99 ms     fps\n` +
    row('Vigie’s own page', own) +
    row('WHEP', whep) +
    `ratio of the medians ${ratio.toFixed(2)}   (goal: at most ${GOAL})\n`,
);
// Not a number, where no picture came, is a miss too.
if (!(ratio <= GOAL)) process.exitCode = 1;

async function ownTurn(): Promise<void> {
  const viewer = await browser.open(server.url);
  await viewer.signIn('admin', server.password);
  await viewer.untilStatus(camera.id, 'live');
  own.push(...(await latencies(viewer.page)));
  await viewer.close();
}

async function whepTurn(): Promise<void> {
  const viewer = await WhepPage.open(browser.browser, site.origin);
  const authorization = `Bearer ${secret}`;
  const url = `${server.url}/api/cameras/${camera.id}/whep`;
  const { status, answer } = await viewer.play({ url, authorization, kinds: ['video'] });
  if (status !== 201) throw new Error(`${status} ${answer}`);
  await until('a picture is shown', () => viewer.timeCode());
  whep.push(...(await latencies(viewer.page)));
  await viewer.end(authorization);
  await viewer.close();
}

async function latencies(page: WhepPage['page']): Promise<number[]> {
  await watchPictures(page);
  await delay(WARM_UP_MS);
  await takeShownFrames(page);
  await delay(TURN_SECONDS * 1000);
  return (await takeShownFrames(page)).map(({ latencyMs }) => latencyMs);
}
