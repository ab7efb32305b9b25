/** Checks every file against the size limit of its side: a file has one idea. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const EXCLUDE = ['client/dist*/**', 'test/fixtures/**'];

for (const [side, limit] of [
  ['server', 280],
  ['client', 280],
  ['test', 420],
] as const)
  test(`no file of ${side}/ has more than ${limit} lines`, () => {
    const files = globSync(`${side}/**/*.{ts,mjs}`, { cwd: ROOT, exclude: EXCLUDE });
    assert.ok(files.length > 20);
    const long = files
      .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > limit);
    assert.deepEqual(long, []);
  });
