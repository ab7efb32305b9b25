/** One word for one thing: no two exported types of server/ and client/ have the same name. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
/** The same thing on both sides; the client does not import server/core. */
const ON_BOTH_SIDES = ['Backoff', 'ClockExchange', 'ClockOffset'];

test('no two files of server/ and client/ export a type of the same name', () => {
  const paths = globSync('{server,client}/**/*.ts', { cwd: ROOT, exclude: ['client/dist*/**'] });
  const filesByName = new Map<string, string[]>();
  for (const path of paths)
    for (const [, name = ''] of readFileSync(join(ROOT, path), 'utf8').matchAll(
      /^export (?:abstract )?(?:interface|type|class) (\w+)/gm,
    ))
      filesByName.set(name, [...(filesByName.get(name) ?? []), path]);
  assert.ok(filesByName.size > 500, `${filesByName.size} names`);
  const doubled = [...filesByName].filter(([, files]) => files.length > 1).map(([name]) => name);
  assert.deepEqual(doubled.sort(), ON_BOTH_SIDES);
});
