import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { configMarkdown } from '../../server/config/config-table.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Cell contents only: the formatter pads tables as it likes. */
const cells = (markdown: string) =>
  markdown
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));

test('the README’s table of settings is the one the server reads', () => {
  const [, table = ''] = /<!-- settings:[^>]*-->([\s\S]*)<!-- end of settings -->/.exec(readme) ?? [];
  assert.deepEqual(cells(table), cells(configMarkdown()));
});

test('every npm script the README names is there', () => {
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
  assert.ok(named.length > 3);
  for (const name of named) assert.ok(scripts[name], `npm run ${name}`);
});

test('the README states no capacity, which only a bench on the machine itself can tell', () => {
  assert.doesNotMatch(readme, /\d+ (?:\w+ )?(?:viewers|cameras)\b/i);
});
