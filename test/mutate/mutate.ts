/**
 * `npm run mutate`: puts small faults into the code, one at a time, and checks whether a test fails.
 *
 *     npm run mutate                                       300 of server/core, sfu, accounts and recording, 20 minutes
 *     at most
 *     npm run mutate -- --seed 7 --count 40                the same 40 each time
 *     npm run mutate -- --only server/core/token-bucket.ts  everything below that path, in any room of server/
 *     npm run mutate -- --minutes 3                        mutants that have not run by then are skipped
 *
 * Exits with 1 when less than 75 % are killed. A mutant that makes its tests take three times as long counts as killed.
 *
 * Stryker 9 was considered and does not fit: its sample cannot be random, its only runner that knows single test files
 * (tap) first runs all of them with its own instrumentation, which codec processes and store threads do not report to,
 * and its instrumented code is a large dependency. Vite's parser, which is installed already, yields the syntax tree.
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';
import { mutationsOf, type Mutation } from './mutations.ts';
import { Sandbox, type RunResult } from './sandbox.ts';
import { TestsOf } from './tests-of.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ROOMS = ['server/core', 'server/sfu', 'server/accounts', 'server/recording'];
const SANDBOXES = 2;
const REQUIRED_SHARE = 0.75;
const BASELINE_TIMEOUT_MS = 120_000;
/** A mutant may take this many times the time of its tests, plus GRACE_MS, on a shared machine. */
const SLOWER = 3;
const GRACE_MS = 10_000;

interface Mutant {
  source: string;
  mutation: Mutation;
  result: RunResult | 'no test' | 'left out';
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '300' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '20' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const deadline = performance.now() + Number(values.minutes) * 60_000;
const footage = process.env['VIGIE_FOOTAGE_DIR'] ?? resolve(ROOT, '../shared/footage');
const env = { ...process.env, ...(existsSync(footage) && { VIGIE_FOOTAGE_DIR: footage }) };

const all = mutantsBelow(values.only === undefined ? ROOMS : [values.only]);
const mutants = sample(all, Number(values.count), randomSequence(seed));
say(`${mutants.length} of ${all.length} mutants, --seed ${seed}`);
const testsOf = new TestsOf(ROOT);
const sandboxes = Array.from({ length: SANDBOXES }, () => new Sandbox(ROOT, env));
process.on('exit', () => {
  for (const sandbox of sandboxes) sandbox.close();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** By test file: its duration without a mutant; undefined when it fails then. */
const baselines = new Map<string, Promise<number | undefined>>();
const pending = [...mutants];
await Promise.all(sandboxes.map(runPending));
report();

async function runPending(sandbox: Sandbox): Promise<void> {
  for (let mutant = pending.shift(); mutant; mutant = pending.shift()) {
    if (performance.now() > deadline) continue;
    const { source, mutation } = mutant;
    const tests: string[] = [];
    let timeoutMs = GRACE_MS;
    for (const test of testsOf.find(source)) {
      const tookMs = await baselineOf(sandbox, test);
      if (tookMs === undefined) continue;
      tests.push(test);
      timeoutMs += SLOWER * tookMs;
    }
    const leftMs = Math.max(1, deadline - performance.now());
    const result =
      tests.length === 0
        ? 'no test'
        : await sandbox.runMutant(source, mutation, tests, Math.min(timeoutMs, leftMs));
    // The total time was up, which says nothing about this one.
    mutant.result = result === 'timed out' && performance.now() > deadline ? 'left out' : result;
    if (isSurvivor(mutant)) say(describe(mutant));
  }
}

/** Measured once, by the first sandbox that needs it. */
function baselineOf(sandbox: Sandbox, test: string): Promise<number | undefined> {
  let baseline = baselines.get(test);
  if (!baseline) {
    const startedMs = performance.now();
    baseline = sandbox.run([test], BASELINE_TIMEOUT_MS).then((result) => {
      if (result === 'passed') return performance.now() - startedMs;
      say(`${test} ${result} without a mutant and is left out`);
      return undefined;
    });
    baselines.set(test, baseline);
  }
  return baseline;
}

function mutantsBelow(paths: readonly string[]): Mutant[] {
  return globSync('server/**/*.ts', { cwd: ROOT })
    .filter((source) =>
      paths.some((path) => source === path || source.startsWith(`${path.replace(/\/$/, '')}/`)),
    )
    .toSorted()
    .flatMap((source) =>
      mutationsOf(readFileSync(resolve(ROOT, source), 'utf8')).map((mutation): Mutant => ({
        source,
        mutation,
        result: 'left out',
      })),
    );
}

function sample<T>(items: readonly T[], count: number, random: () => number): T[] {
  const shuffled = items.map((item) => ({ item, rank: random() })).toSorted((a, b) => a.rank - b.rank);
  return shuffled.slice(0, count).map(({ item }) => item);
}

function report(): void {
  const rooms = Map.groupBy(mutants, ({ source }) => source.split('/').slice(0, 2).join('/'));
  for (const [room, inRoom] of [...rooms].toSorted(([a], [b]) => (a < b ? -1 : 1))) say(line(room, inRoom));
  if (rooms.size > 1) say(line('all', mutants));
  const survivors = mutants.filter(isSurvivor).toSorted((a, b) => (describe(a) < describe(b) ? -1 : 1));
  if (survivors.length > 0) say(`survived:\n${survivors.map(describe).join('\n')}`);
  const share = shareKilled(mutants);
  if (share >= REQUIRED_SHARE) return;
  say(`less than ${REQUIRED_SHARE * 100} % are killed`);
  process.exitCode = 1;
}

function line(name: string, some: readonly Mutant[]): string {
  const count = (result: Mutant['result']): number => some.filter((each) => each.result === result).length;
  const percent = (shareKilled(some) * 100).toFixed(0);
  return (
    `${name.padEnd(18)} killed ${count('failed')} · timed out ${count('timed out')} · survived ${count('passed')}` +
    ` · no test ${count('no test')} · left out ${count('left out')} · ${percent} %`
  );
}

function shareKilled(some: readonly Mutant[]): number {
  const ran = some.filter(({ result }) => result !== 'left out');
  return ran.filter((mutant) => !isSurvivor(mutant)).length / Math.max(1, ran.length);
}

function isSurvivor({ result }: Mutant): boolean {
  return result === 'passed' || result === 'no test';
}

function describe({ source, mutation, result }: Mutant): string {
  const { line: at, before, after } = mutation;
  return `${source}:${at}  ${short(before)}  →  ${short(after)}${result === 'no test' ? '  (no test)' : ''}`;
}

function short(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 80);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
