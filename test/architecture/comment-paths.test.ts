/** Holds the file names in comments to files that exist: a comment outlives the move of what it names. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const files = globSync('{server,client,test,firmware}/**/*.{ts,mjs,cpp,hpp,h,ino}', {
  cwd: ROOT,
  exclude: ['client/dist*/**'],
});
const names = new Set(files.map((path) => basename(path)));
/** A comment from its marker on (`--` in SQL), or a line of a block comment. */
const COMMENT = /\/\/ .*$|\/\*.*$|^\s*\*.*$|-- .*$/gm;
/** `x-page.ts` and the like stand for any name. */
const EXAMPLE = /^(?:vigie-)?x\b/;
const FILE_NAME = /(?<![\w./<…-])((?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:ts|mjs))\b(?!\()/g;

test('every TypeScript file that a comment names is there', () => {
  const missing = files.flatMap((path) => {
    const comments = readFileSync(join(ROOT, path), 'utf8').match(COMMENT) ?? [];
    return comments
      .flatMap((comment) => [...comment.matchAll(FILE_NAME)].map(([, name = '']) => name))
      .filter((name) => !EXAMPLE.test(name))
      .filter((name) => !(name.includes('/') ? files.some((file) => isPathOf(file, name)) : names.has(name)))
      .map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(missing, []);
});

/** Comments leave out the folders that are clear from where they stand. */
function isPathOf(file: string, name: string): boolean {
  return file === name || file.endsWith(`/${name}`);
}
