/**
 * Holds the reading of clocks to one file a side, so that durations and dates are never mixed. oxlint sees most of it
 * (.oxlintrc.json); this also sees the date that a Date without an argument has.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const CLOCKS = new Set(['server/core/clock.ts', 'client/clock.ts']);
const READS =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.(?:now|timeOrigin)\b|\bhrtime\b|\bTemporal\.Now\b/;

test('only the two files for it read a clock', () => {
  const files = globSync('{server,client}/**/*.{ts,mjs}', { cwd: ROOT, exclude: ['client/dist*/**'] });
  const reading = files.filter((path) => {
    const code = readFileSync(join(ROOT, path), 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '');
    return READS.test(code);
  });
  assert.deepEqual(reading.toSorted(), [...CLOCKS].toSorted());
});
