/**
 * Runs several test files in one process, each as a suite of its own name, so that its hooks are its own.
 *
 * Invariant: no file gets the mocks of another: they end with its suite, and none may begin while a file is loaded, since all are
 * loaded first.
 *
 * Node's test runner gives each file a process; starting it and loading the same modules again costs half a second of CPU.
 */

import { resolve } from 'node:path';
import { after, describe, mock } from 'node:test';
import { pathToFileURL } from 'node:url';
import { cpuSeconds, recordCost } from './costs.ts';

const { Date, setInterval, setTimeout } = globalThis;
const ROOT = resolve(import.meta.dirname, '../..');

/** @param paths from the root */
export function describeFiles(paths: readonly string[]): void {
  for (const path of paths) {
    describe(path, async () => {
      await import(pathToFileURL(resolve(ROOT, path)).href);
      after(() => mock.reset());
      if (
        globalThis.Date === Date &&
        globalThis.setInterval === setInterval &&
        globalThis.setTimeout === setTimeout
      )
        return;
      throw new Error(
        `${path} mocks timers while it is loaded, for all files of its process: do it in before()`,
      );
    });
  }
  const [first = ''] = paths;
  const name = paths.length > 1 ? `${first} and ${paths.length - 1} more` : first;
  process.on('exit', () => recordCost(name, cpuSeconds()));
}
