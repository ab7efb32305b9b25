/** Holds comments to the width of a page, and comments and titles of tests to plain sentences. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_WIDTH = 130;
/** A line that is a comment, or a part of one. */
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*)/;

const lines = globSync('{server,client,test,firmware,examples}/**/*.{ts,mjs,cpp,hpp,h,ino}', {
  cwd: ROOT,
  exclude: ['client/dist*/**', 'test/fixtures/**', '**/build*/**'],
}).flatMap((path) =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .map((text, index) => ({ at: `${path}:${index + 1}`, text })),
);

test(`no line of a comment is longer than ${MAX_WIDTH} characters`, () => {
  const comments = lines.filter(({ text }) => COMMENT_LINE.test(text));
  assert.ok(comments.length > 5000);
  assert.deepEqual(
    comments.filter(({ text }) => text.length > MAX_WIDTH).map(({ at }) => at),
    [],
  );
});

test('no sentence of a comment and no title of a test begins with "Of", "What" or "Where"', () => {
  const sentences = lines
    .filter(({ text }, index) => {
      if (!COMMENT_LINE.test(text)) return false;
      const before = lines[index - 1]?.text ?? '';
      const opens = !COMMENT_LINE.test(before) || /^\s*\/\*\*?$/.test(before);
      return (
        (opens && /^\s*(?:\/\/+|\/?\*+) (?:Of|What|Where)\b/.test(text)) ||
        /[.;!] (?:Of|What|Where)\b/.test(text)
      );
    })
    .map(({ at }) => at);
  const titles = lines
    .filter(({ text }) => /\b(?:test|suite)\(\s*['"`](?:of|what|where)\b/i.test(text))
    .map(({ at }) => at);
  assert.deepEqual([...sentences, ...titles], [], 'begin with the subject, as CONTRIBUTING.md says');
});
