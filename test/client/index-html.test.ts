/** The page that loads the app names its files by hand; vite keeps a name that leads nowhere. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const CLIENT = resolve(import.meta.dirname, '../../client');

test('every file that index.html names exists', () => {
  const text = readFileSync(join(CLIENT, 'index.html'), 'utf8');
  const paths = [...text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(paths.length > 3);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(CLIENT, path)) && !existsSync(join(CLIENT, 'public', path))),
    [],
  );
});
