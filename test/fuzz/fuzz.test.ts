/** A small part of `npm run fuzz`: the same values each time, and every failure found so far. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptFailures } from './kept-failures.ts';
import { runCase } from './run-case.ts';
import { TARGETS } from './targets.ts';

const RUNS = 200;
const SEED = 1;

for (const target of TARGETS) {
  for (const fuzzCase of target.cases) {
    test(`${target.name}: ${fuzzCase.name}`, async () => {
      const kept = keptFailures();
      const { failure } = await runCase(target, fuzzCase, {
        seed: SEED,
        runs: RUNS,
        limitMs: Infinity,
        slowMs: Infinity,
        kept,
      });
      assert.equal(failure && `${failure.error}\nwith ${failure.counterexample}`, undefined);
    });
  }
}
