/**
 * Files of the client's elements: `vigie-x.ts` for the tag `vigie-x`; a page or a dialog in `x-page.ts`, `x-dialog.ts`.
 * Its css is in `<file>.styles.ts` beside it, which only the element imports; up to 60 lines may be in the element
 * itself.
 */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_INLINE_CSS_LINES = 60;

const files = globSync('client/**/*.ts', { cwd: ROOT, exclude: ['client/dist*/**'] }).map((path) => ({
  path,
  name: basename(path, '.ts'),
  text: readFileSync(join(ROOT, path), 'utf8'),
}));
const elements = files.flatMap(({ path, name, text }) =>
  [...text.matchAll(/customElements\.define\('([^']+)'/g)].map(([, tag = '']) => ({ path, name, tag })),
);

function fileNameOf(tag: string): string {
  return /-(?:page|dialog)$/.test(tag) ? tag.replace(/^vigie-/, '') : tag;
}

test('each element is in the file of its name', () => {
  assert.ok(elements.length > 30);
  assert.deepEqual(
    elements
      .filter(({ name, tag }) => name !== fileNameOf(tag))
      .map(({ path, tag }) => `${path} defines ${tag}`),
    [],
  );
});

test('css of more than 60 lines is in a separate file', () => {
  const long = files
    .filter(({ name }) => !name.endsWith('.styles'))
    .filter(({ text }) =>
      [...text.matchAll(/css`([^`]*)`/g)].some(
        ([, css = '']) => css.split('\n').length > MAX_INLINE_CSS_LINES,
      ),
    );
  assert.deepEqual(
    long.map(({ path }) => path),
    [],
  );
});

test('a css file is beside its element, which alone imports it', () => {
  for (const { path, name } of files.filter((file) => file.name.endsWith('.styles'))) {
    const element = path.replace('.styles.ts', '.ts');
    assert.ok(existsSync(join(ROOT, element)), `${path} has no ${element}`);
    const importers = files.filter(({ text }) => text.includes(`/${name}.ts'`)).map((file) => file.path);
    assert.deepEqual(importers, [element]);
  }
});
