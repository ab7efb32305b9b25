import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('every npm script that the documents name exists', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })];
  const named = pages.flatMap((page) =>
    [...readFileSync(resolve(ROOT, page), 'utf8').matchAll(/npm run ([\w:]*\w)/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  assert.ok(named.length > 10);
  for (const name of named) assert.ok(scripts[name], `npm run ${name}`);
});

test('the README states no capacity, because only a bench on the machine itself can measure it', () => {
  assert.doesNotMatch(readme, /\d+ (?:\w+ )?(?:viewers|cameras)\b/i);
});
