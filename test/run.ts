/**
 * `npm test`: installs what is missing, builds the web app, runs every test.
 *
 *     npm test                    everything
 *     npm test -- sfu recovery    only files whose path contains one of these words
 *
 * Unit and integration tests run two files at a time, network and browser tests alone, so that they measure no neighbour.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureClientBuilt } from '../server/start/client-build.mjs';
import { ensureArmCompiler } from './firmware/arm-compiler.ts';
import { ensureNetworkPrograms } from './network/support/network-test.ts';
import { ensureChromium } from './support/chromium.ts';

const ROOT = resolve(import.meta.dirname, '..');
const TEST_TIMEOUT_MS = 240_000;
const END_OF_FILE = new URL('support/end-of-file.ts', import.meta.url).href;

const words = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: ROOT })
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .toSorted();
if (files.length === 0) {
  process.stderr.write(`no test file has ${words.join(' or ')} in its path\n`);
  process.exit(1);
}
const within = (folder: string): string[] => files.filter((path) => path.startsWith(`test/${folder}/`));
const browserFiles = within('e2e');
const networkFiles = within('network');
const otherFiles = files.filter((path) => !browserFiles.includes(path) && !networkFiles.includes(path));

const footage = process.env['VIGIE_FOOTAGE_DIR'] ?? resolve(ROOT, '../shared/footage');
const env = {
  // Hundreds of processes load the same modules: stripping and compiling these is half of what each start costs.
  NODE_COMPILE_CACHE: resolve(ROOT, 'node_modules/.cache/vigie-tests'),
  ...process.env,
  ...(existsSync(footage) && { VIGIE_FOOTAGE_DIR: footage }),
};
if (within('firmware').length > 0) ensureArmCompiler();
if (networkFiles.length + within('deploy').length > 0) ensureNetworkPrograms();
if (browserFiles.length + networkFiles.length > 0) {
  ensureChromium();
  const problem = await ensureClientBuilt();
  if (problem) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
const results = [runTests(otherFiles, 2), runTests([...networkFiles, ...browserFiles], 1)];
process.exit(results.every(Boolean) ? 0 : 1);

function runTests(paths: string[], concurrency: number): boolean {
  if (paths.length === 0) return true;
  // The browser tests strip types off a module to run it in the page, which Node calls experimental.
  const options = [
    '--disable-warning=ExperimentalWarning',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--import=${END_OF_FILE}`,
  ];
  const { status } = spawnSync(process.execPath, ['--test', ...options, ...paths], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  return status === 0;
}
