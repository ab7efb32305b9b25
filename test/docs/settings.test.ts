import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { configMarkdown } from '../../server/config/config-markdown.ts';

const settings = readFileSync(resolve(import.meta.dirname, '../../docs/settings.md'), 'utf8');

/** Cell contents only: the formatter pads tables. */
const cells = (markdown: string) =>
  markdown
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));

test("docs/settings.md has the table of the server's settings", () => {
  const [, table = ''] = /<!-- settings:[^>]*-->([\s\S]*)<!-- end of settings -->/.exec(settings) ?? [];
  assert.deepEqual(cells(table), cells(configMarkdown()));
});
