import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { validate } from '../../server/wire/validate.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** As JSON.parse makes it: comparing it with a number calls a missing method. */
const INCOMPARABLE = JSON.parse('{"length":{"toString":null},"size":{"toString":null}}') as unknown;

test('a value whose length cannot be compared is no text, list or number', () => {
  for (const schema of [
    z.string().min(1),
    z.string().max(1),
    z.string().length(1),
    z.array(z.string()).min(1),
    z.array(z.string()).max(1),
    z.object({ name: z.string().min(1) }),
    z.coerce.number().int().min(0),
  ]) {
    for (const value of [INCOMPARABLE, { name: INCOMPARABLE }]) {
      const { success, error } = validate<unknown>(schema, value);
      assert.equal(success, false);
      assert.ok(error && error.issues.length > 0 && z.prettifyError(error) !== '');
    }
  }
});

test('a valid value is returned as the schema transforms it', () => {
  assert.deepEqual(validate(z.strictObject({ limit: z.coerce.number() }), { limit: '5' }).data, { limit: 5 });
});

test('the server calls no schema method that may throw', () => {
  const files = globSync('server/**/*.ts', { cwd: ROOT }).filter(
    (path) => path !== 'server/wire/validate.ts',
  );
  const asking = files.filter((path) => /\.safeParse\(/.test(readFileSync(resolve(ROOT, path), 'utf8')));
  assert.deepEqual(asking, []);
});
