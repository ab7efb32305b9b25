/** Checks the form of log lines: `failed to …`, or a noun with a past participle, so that they can be searched for. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
/** The last argument of a call that logs. */
const CALL =
  /\blog(?:\[level\])?\??\.?(?:fatal|error|warn|info|debug)?\(\s*(?:\{[^}]*\},\s*)?(?:\n\s*)?'([^']+)'/gi;
const PARTICIPLE = /\b(?:\w+ed|lost|begun|cut|put|sent|died|stopping)\b/;

function linesOf(path: string): string[] {
  return [...readFileSync(join(ROOT, path), 'utf8').matchAll(CALL)].map(([, line = '']) => line);
}

test('a log line is `failed to …` or a noun with a past participle', () => {
  const files = globSync('server/**/*.ts', { cwd: ROOT, exclude: ['server/virtual-camera/**'] });
  const lines = files.flatMap((path) => linesOf(path).map((line) => ({ path, line })));
  assert.ok(lines.length > 60, `${lines.length} lines`);
  const odd = lines.filter(({ line }) => !line.startsWith('failed to ') && !PARTICIPLE.test(line));
  assert.deepEqual(odd, []);
});
