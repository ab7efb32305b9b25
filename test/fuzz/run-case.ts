/** Runs one case: known failures first, then new values from a seed. */

import * as fc from 'fast-check';
import type { FuzzCase, FuzzTarget } from './target.ts';

/** Identifies a failure. Kept in failures.json. */
export interface KeptFailure {
  target: string;
  case: string;
  seed: number;
  /** fast-check's path from the seed to the smallest failing value. */
  path: string;
  /** For people; nothing depends on it. */
  error: string;
}

export interface CaseOptions {
  seed: number;
  /** Maximum. */
  runs: number;
  /** Time limit; Infinity: ends when all runs are done. */
  limitMs: number;
  /** A check that takes more CPU time than this, three times in a row, fails; Infinity: no limit. */
  slowMs: number;
  kept: readonly KeptFailure[];
}

export interface CaseResult {
  runs: number;
  failure: (KeptFailure & { counterexample: string }) | undefined;
}

const REPEATS = 3;
const MAX_SHOWN_CHARACTERS = 2_000;

export async function runCase(
  target: FuzzTarget,
  fuzzCase: FuzzCase,
  options: CaseOptions,
): Promise<CaseResult> {
  const property = fuzzCase.property((check) => timed(check, options.slowMs));
  const ours = options.kept.filter((kept) => kept.target === target.name && kept.case === fuzzCase.name);
  let runs = 0;
  for (const { seed, path } of ours) {
    const details = await fc.check(property, { seed, path, numRuns: 1, endOnFailure: true });
    runs += details.numRuns;
    const failure = failureOf(target, fuzzCase, details);
    if (failure) return { runs, failure };
  }
  const details = await fc.check(property, {
    seed: options.seed,
    numRuns: options.runs,
    ...(Number.isFinite(options.limitMs) && {
      interruptAfterTimeLimit: options.limitMs,
      markInterruptAsFailure: false,
    }),
  });
  return { runs: runs + details.numRuns, failure: failureOf(target, fuzzCase, details) };
}

/**
 * A loaded machine or a garbage collection is not a fault of the parser: CPU time counts, and only if it is high each
 * time.
 */
async function timed(check: () => void | Promise<void>, slowMs: number): Promise<void> {
  let fastestMs = Infinity;
  for (let repeat = 0; repeat < REPEATS && fastestMs > slowMs; repeat++) {
    const before = process.cpuUsage();
    await check();
    const { user, system } = process.cpuUsage(before);
    fastestMs = Math.min(fastestMs, (user + system) / 1_000);
  }
  if (fastestMs > slowMs)
    throw new Error(`it took ${fastestMs.toFixed(0)} ms of CPU, ${REPEATS} times in a row`);
}

function failureOf(
  target: FuzzTarget,
  fuzzCase: FuzzCase,
  { failed, seed, counterexamplePath, counterexample, errorInstance }: fc.RunDetails<[unknown]>,
): CaseResult['failure'] {
  // Without a counterexample the time was over before the first check was.
  if (!failed || counterexample === null) return undefined;
  const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return {
    target: target.name,
    case: fuzzCase.name,
    seed,
    path: counterexamplePath ?? '0',
    error: error.slice(0, MAX_SHOWN_CHARACTERS),
    counterexample: fc.stringify(counterexample).slice(0, MAX_SHOWN_CHARACTERS),
  };
}
