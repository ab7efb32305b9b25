/** Seeds of failures, kept in failures.json so that they are tried first, in every run and in `npm test`. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { KeptFailure } from './run-case.ts';

const FILE = new URL('failures.json', import.meta.url);

export function keptFailures(): KeptFailure[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as KeptFailure[];
}

/** Does nothing when it is already there. */
export function keepFailure({ target, case: name, seed, path, error }: KeptFailure): void {
  const kept = keptFailures();
  const failure: KeptFailure = { target, case: name, seed, path, error: error.split('\n')[0] ?? '' };
  if (kept.some((other) => other.target === target && other.case === name && other.seed === seed)) return;
  writeFileSync(FILE, `${JSON.stringify([...kept, failure], null, 2)}\n`);
}
