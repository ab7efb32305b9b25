import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceTimeAnswer } from '../../../server/core/rtp/extended-report.ts';

test('the answer to a reference time is an empty report and a DLRR block', () => {
  const answer = referenceTimeAnswer(0x11223344, { ssrc: 1, middle32: 0x8899aabb });
  assert.equal(
    answer.toString('hex'),
    ['80c90001', '11223344', '80cf0005', '11223344', '05000003', '00000001', '8899aabb', '00000000'].join(''),
  );
});
