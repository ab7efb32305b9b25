import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { z } from 'zod';
import { readEntries, readFields } from '../../server/store/json-column.ts';

const SETTINGS = z.strictObject({
  mode: z.enum(['off', 'on']),
  seconds: z.int().min(0),
  note: z.string().exactOptional(),
});

suite('JSON columns', () => {
  for (const [what, column, expected] of [
    ['all fields', '{"mode":"on","seconds":3}', { mode: 'on', seconds: 3 }],
    ['a field of a newer version', '{"mode":"on","seconds":3,"zoom":2}', { mode: 'on', seconds: 3 }],
    ['a value that this version does not know', '{"mode":"sometimes","seconds":3}', { seconds: 3 }],
    ['a missing field', '{"mode":"on"}', { mode: 'on' }],
    ['a key of every object', '{"__proto__":{"mode":"on"},"seconds":3}', { seconds: 3 }],
    ['a list', '[1]', undefined],
    ['null', 'null', undefined],
    ['malformed JSON', '{"mode":', undefined],
    ['null', null, undefined],
  ] as const)
    test(`fields of ${what}`, () => assert.deepEqual(readFields(SETTINGS, column), expected));

  for (const [what, column, expected] of [
    ['all entries', '["motion","offline"]', ['motion', 'offline']],
    ['an entry that this version does not know', '["motion","sound",3]', ['motion']],
    ['an object', '{}', []],
    ['malformed JSON', '[', []],
    ['undefined', undefined, []],
  ] as const)
    test(`entries of ${what}`, () =>
      assert.deepEqual(readEntries(z.enum(['motion', 'offline']), column), expected));
});
