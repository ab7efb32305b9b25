/**
 * `npm run check:slow`: checks that take too long for every change and are run before a release. Programs of others, attacks,
 * fuzzing and a soak, one after the other whatever the results, within half an hour on two cores.
 */

import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { RELEASE_TESTS } from './runner/release-tests.ts';

const ROOT = resolve(import.meta.dirname, '..');
const TOTAL_MINUTES = 29;
/** The soak gets the remaining time: less than this shows nothing, more than the maximum nothing new. */
const SOAK_MINUTES = { least: 2, most: 10 };

const startedMs = Date.now();
const elapsedMinutes = (): number => (Date.now() - startedMs) / 60_000;
const failed: string[] = [];

run('test', 'test/run.ts', ...RELEASE_TESTS);
run('torture:server', 'test/torture/server.ts');
run('fuzz', 'test/fuzz/fuzz.ts');
const left = Math.floor(TOTAL_MINUTES - elapsedMinutes() - 1);
const minutes = Math.min(SOAK_MINUTES.most, Math.max(SOAK_MINUTES.least, left));
run('soak', 'test/bench/soak.ts', '--minutes', String(minutes));

const verdict = failed.length === 0 ? 'all hold' : `FAILED: ${failed.join(', ')}`;
process.stdout.write(`\ncheck:slow, ${elapsedMinutes().toFixed(0)} minutes: ${verdict}\n`);
if (failed.length > 0) process.exitCode = 1;

function run(name: string, script: string, ...args: string[]): void {
  process.stdout.write(`\n== npm run ${name}\n`);
  const { status } = spawnSync(process.execPath, [resolve(ROOT, script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) failed.push(name);
}
