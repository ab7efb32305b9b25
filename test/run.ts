/**
 * `npm test`: installs missing programs, builds the web app, runs every test.
 *
 *     npm test                    everything but the tests for a release (release-tests.ts)
 *     npm test -- sfu recovery    only files whose path contains one of these words
 *
 * Tests that need no program of others run first, while those programs are installed. Network tests, and browser tests that
 * keep up with video or promise a time, run at the end, one of each at a time: more would disturb their measurements, at a low
 * priority too, since all pages share one browser. All others run beside each other: they wait for much of their time.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { ensureClientBuilt } from '../server/start/client-build.mjs';
import type { BrowserServer } from 'playwright-core';
import { ARM_COMPILER } from './firmware/arm-compiler.ts';
import { batchesOf } from './runner/batches.ts';
import { forgetCosts, recordedCosts } from './runner/costs.ts';
import { RELEASE_TESTS } from './runner/release-tests.ts';
import { SHARED_BROWSER, startChromium } from './support/browser.ts';

const ROOT = resolve(import.meta.dirname, '..');
const INSTALLER = resolve(import.meta.dirname, 'runner/install-programs.ts');
/** Folders whose tests need programs that install-programs.ts installs. */
const NEEDING_PROGRAMS = ['e2e', 'network', 'deploy', 'firmware'];
const TEST_TIMEOUT_MS = 240_000;
/** Files, on two cores. */
const SIDE_BY_SIDE = 3;
const SHOWN_COSTLIEST = 25;
const END_OF_PROCESS = new URL('runner/end-of-process.ts', import.meta.url).href;
/** Browser tests that wait for conditions only: they keep up with no video and hold no promise of a time. */
const UNTIMED_PAGES = new Set(
  [
    'about',
    'audit',
    'backup',
    'camera-advice',
    'camera-settings',
    'clock-alarm',
    'connection-check',
    'console',
    'data-saver',
    'detections',
    'device-address',
    'edge',
    'firmware-update',
    'https',
    'legacy-camera',
    'motion',
    'notifications',
    'pairing',
    'recording-alarm',
    'removed-camera',
    'retention',
    'reverse-proxy',
    'rights',
    'sensor-events',
    'time-zones',
    'viewer-rights',
    'wall',
    'webhooks',
  ].map((name) => `test/e2e/${name}.test.ts`),
);
/** Timed, and long enough to follow the network tests: the two lanes then take about the same time. */
const AFTER_NETWORK = 'test/e2e/fallback.test.ts';
const FOR_32_BIT = 'test/firmware/compiles-for-32-bit.test.ts';
/** By the beginning of their path: what takes longest begins first. The first one builds what the others of firmware/ need. */
const LONG_FIRST = [
  'firmware/host-camera',
  'e2e/console',
  'deploy/image',
  'integration/',
  'e2e/c',
  'firmware/',
  'deploy/',
  'e2e/device',
  'virtual-camera/',
  'e2e/',
  'video/',
  'outbound/',
  'store/',
];

const words = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: ROOT })
  .filter((path) =>
    words.length === 0 ? !RELEASE_TESTS.has(path) : words.some((word) => path.includes(word)),
  )
  .toSorted();
if (files.length === 0) {
  process.stderr.write(`no test file has ${words.join(' or ')} in its path\n`);
  process.exit(1);
}
const within = (folder: string): string[] => files.filter((path) => path.startsWith(`test/${folder}/`));
const browserFiles = within('e2e');
const networkFiles = within('network');
const timedPages = browserFiles.filter((path) => !UNTIMED_PAGES.has(path));
const timed = new Set([...networkFiles, ...timedPages]);
const others = files.filter((path) => !timed.has(path)).toSorted((a, b) => rankOf(a) - rankOf(b));
const groups = NEEDING_PROGRAMS.filter((folder) => within(folder).length > 0);
const needsProgram = (path: string): boolean => groups.some((folder) => path.startsWith(`test/${folder}/`));

// The tests' processes inherit it. Hundreds of them load the same modules: stripping and compiling these is a third of what
// each start costs.
process.env['NODE_COMPILE_CACHE'] ??= resolve(ROOT, 'node_modules/.cache/vigie-tests');
const footage = resolve(ROOT, '../shared/footage');
if (existsSync(footage)) process.env['VIGIE_FOOTAGE_DIR'] ??= footage;
if (browserFiles.length + networkFiles.length + within('deploy').length > 0) {
  const problem = await ensureClientBuilt();
  if (problem) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
const programs = files.includes(FOR_32_BIT) ? [...groups, ARM_COMPILER] : groups;
const installation = groups.length > 0 ? installPrograms(programs) : undefined;
forgetCosts();
const passedWithout = await runTests(
  others.filter((path) => !needsProgram(path)),
  SIDE_BY_SIDE,
);
await installation;
const browser = browserFiles.length > 0 ? await shareBrowser() : undefined;
const results = [
  passedWithout,
  await runTests(others.filter(needsProgram), SIDE_BY_SIDE),
  ...(await Promise.all([
    runTests([...networkFiles, ...timedPages.filter((path) => path === AFTER_NETWORK)], 1),
    runTests(
      timedPages.filter((path) => path !== AFTER_NETWORK),
      1,
    ),
  ])),
];
await browser?.close();
if (files.length > SHOWN_COSTLIEST) printCosts();
process.exit(results.every(Boolean) ? 0 : 1);

/** Exits when a program that cannot be done without is missing and cannot be installed. */
async function installPrograms(names: readonly string[]): Promise<void> {
  const installer = spawn(process.execPath, [INSTALLER, ...names], { stdio: 'inherit' });
  const [code] = (await once(installer, 'exit')) as [number | null];
  if (code !== 0) process.exit(1);
}

async function shareBrowser(): Promise<BrowserServer> {
  const server = await startChromium();
  process.env[SHARED_BROWSER] = server.wsEndpoint();
  return server;
}

function rankOf(path: string): number {
  const rank = LONG_FIRST.findIndex((beginning) => path.startsWith(`test/${beginning}`));
  return rank < 0 ? LONG_FIRST.length : rank;
}

/** So that it is seen when a file makes the whole suite longer. */
function printCosts(): void {
  const costs = [...recordedCosts()].toSorted(([, a], [, b]) => b - a);
  const seconds = costs.reduce((sum, [, cost]) => sum + cost, 0);
  const lines = costs
    .slice(0, SHOWN_COSTLIEST)
    .map(([path, cost]) => `  ${cost.toFixed(1).padStart(6)} s  ${path}\n`);
  process.stdout.write(
    `CPU time of the tests: ${seconds.toFixed(0)} s; the costliest of ${costs.length} processes\n${lines.join('')}`,
  );
}

/** @returns whether all passed */
async function runTests(paths: string[], concurrency: number): Promise<boolean> {
  if (paths.length === 0) return true;
  let passed = true;
  const tests = run({
    files: batchesOf(paths),
    cwd: ROOT,
    concurrency,
    timeout: TEST_TIMEOUT_MS,
    // The browser tests strip types off a module to run it in the page, which Node calls experimental.
    execArgv: ['--disable-warning=ExperimentalWarning', `--import=${END_OF_PROCESS}`],
  });
  tests.on('test:fail', () => (passed = false));
  const report = tests.compose(spec);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return passed;
}
