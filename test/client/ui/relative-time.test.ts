import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortDuration } from '../../../client/ui/relative-time.ts';

const cases: [ms: number, text: string][] = [
  [-5_000, '0 s'],
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [86_399_999, '23 h'],
  [86_400_000, '1 day'],
  [172_800_000, '2 days'],
];

for (const [ms, text] of cases) test(`${ms} ms is ${text}`, () => assert.equal(shortDuration(ms), text));
