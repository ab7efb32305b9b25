/** The browser downloads no validator: the client takes types from wire/, and values only from files without zod. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');

/** Files and packages that this file loads. `import type` loads nothing; `import { type A }` still loads the file. */
function broughtBy(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const specifiers = text.matchAll(
    /(?:^(?:import|export)\s(?!type\b)[^'"`;=]*?\bfrom\s+|^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm,
  );
  return [...specifiers].map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  );
}

/** @returns the chain of imports from a file to the target, or undefined */
function wayTo(target: string, from: string, seen = new Set<string>()): string[] | undefined {
  if (from === target) return [from];
  if (!from.startsWith('server/') || seen.has(from)) return undefined;
  seen.add(from);
  for (const next of broughtBy(from)) {
    const way = wayTo(target, next, seen);
    if (way) return [from, ...way];
  }
  return undefined;
}

test('no file of the client loads zod into the browser', () => {
  const files = globSync('client/**/*.ts', { cwd: ROOT, exclude: ['client/dist*/**', 'client/*.config.ts'] });
  const ways = files.flatMap((file) =>
    broughtBy(file).flatMap((next) => {
      const way = wayTo('zod', next);
      return way ? [[file, ...way].join(' → ')] : [];
    }),
  );
  assert.deepEqual(ways, []);
});

test('the scan follows values and skips types', () => {
  assert.deepEqual(wayTo('zod', 'server/wire/api-routes.ts')?.at(-1), 'zod');
  assert.ok(broughtBy('client/routing/routes.ts').includes('server/wire/paths.ts'));
  assert.ok(!broughtBy('client/http/api.ts').includes('server/wire/api-routes.ts'));
});
