import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTimeMs } from '../../../server/core/video/answer-time.ts';

test('pictures that any camera may send have the same time, larger ones as much more as they have pixels', () => {
  assert.equal(answerTimeMs(2_000, { width: 640, height: 480 }), 2_000);
  assert.equal(answerTimeMs(2_000, { width: 2592, height: 1944 }), 2_000);
  assert.equal(answerTimeMs(2_000, { width: 1944, height: 2592 }), 2_000);
  assert.equal(Math.round(answerTimeMs(2_000, { width: 4096, height: 3072 })), 4_994);
});
