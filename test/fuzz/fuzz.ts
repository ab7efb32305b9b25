/**
 * Tries every parser of untrusted input with input that is almost valid; prints failures, keeps their seeds in
 * failures.json, and fails when there was one.
 *
 *     npm run fuzz                                     20 seconds for each
 *     npm run fuzz -- --seconds 300 --only stun,rtcp
 *     npm run fuzz -- --only stun --seed 42            the same again
 *     npm run fuzz -- --list
 */

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { keepFailure, keptFailures } from './kept-failures.ts';
import { runCase } from './run-case.ts';
import { TARGETS } from './targets.ts';

/** Enough for a thousand times the work of the largest input on a loaded machine. */
const SLOW_MS = 250;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    only: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    list: { type: 'boolean', default: false },
  },
});
const [SECONDS, SEED] = [Number(values.seconds), Number(values.seed)];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.list) {
  for (const { name, cases } of TARGETS) for (const each of cases) say(`${name.padEnd(18)} ${each.name}`);
  process.exit();
}
const names = values.only?.split(',') ?? TARGETS.map(({ name }) => name);
const chosen = TARGETS.filter(({ name }) => names.includes(name));
if (chosen.length !== names.length || !(SECONDS > 0) || !Number.isSafeInteger(SEED)) {
  process.stderr.write('--only takes names of --list, --seconds a number above 0, --seed a whole number\n');
  process.exit(1);
}

say(`seed ${SEED}, ${SECONDS} s for each of ${chosen.length}`);
let failures = 0;
for (const target of chosen) {
  let runs = 0;
  const problems: string[] = [];
  for (const fuzzCase of target.cases) {
    const result = await runCase(target, fuzzCase, {
      seed: SEED,
      runs: Number.MAX_SAFE_INTEGER,
      limitMs: (SECONDS * 1000) / target.cases.length,
      slowMs: SLOW_MS,
      kept: keptFailures(),
    });
    runs += result.runs;
    if (!result.failure) continue;
    const { error, counterexample, seed, path } = result.failure;
    problems.push(
      `  ${fuzzCase.name}\n    ${error}\n    with ${counterexample}\n    seed ${seed}, path ${path}`,
    );
    failures++;
    keepFailure(result.failure);
  }
  const verdict = problems.length === 0 ? 'nothing found' : 'FAILED';
  say(`${target.name.padEnd(18)} ${runs.toLocaleString('en').padStart(10)} cases   ${verdict}`);
  for (const problem of problems) say(problem);
}
// Servers of targets that need one.
process.exit(failures > 0 ? 1 : 0);
