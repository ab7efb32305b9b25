import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEPT_MS, KeptAnswers, seal, unseal, type FirstAttempt } from '../../server/core/kept-answers.ts';
import { VigieError, type ErrorCode } from '../../server/errors.ts';

const KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324';

function first(
  answers: KeptAnswers,
  caller: string,
  key: string,
  request = 'add Door',
  nowMs = 0,
): FirstAttempt {
  const begun = answers.begin(caller, key, request, nowMs);
  assert.ok(typeof begun !== 'string', 'answered before');
  return begun;
}

function assertRefused(code: ErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => error instanceof VigieError && error.code === code);
}

test('the same request with the same key gets the first answer', () => {
  const answers = new KeptAnswers();
  first(answers, 'ann', KEY).keep('made');
  assert.equal(answers.begin('ann', KEY, 'add Door', 1), 'made');
});

test('another request with the same key is refused, also while the first is under way', () => {
  const answers = new KeptAnswers();
  const attempt = first(answers, 'ann', KEY);
  assertRefused('unprocessable', () => answers.begin('ann', KEY, 'add Hall', 0));
  assertRefused('conflict', () => answers.begin('ann', KEY, 'add Door', 0));
  attempt.keep('made');
  assertRefused('unprocessable', () => answers.begin('ann', KEY, 'add Hall', 0));
});

test('a key of one caller is nothing to another', () => {
  const answers = new KeptAnswers();
  first(answers, 'ann', KEY).keep('made for Ann');
  first(answers, 'bob', KEY).keep('made for Bob');
  assert.equal(answers.begin('ann', KEY, 'add Door', 0), 'made for Ann');
});

test('a request that failed may be sent again, and changed', () => {
  const answers = new KeptAnswers();
  first(answers, 'ann', KEY).forget();
  first(answers, 'ann', KEY, 'add Hall').keep('made');
});

test('an answer is kept for an hour, and a request under way until it ends', () => {
  const answers = new KeptAnswers();
  const slow = first(answers, 'ann', 'slow-slow-slow-slow');
  first(answers, 'ann', KEY).keep('made');
  assert.equal(answers.begin('ann', KEY, 'add Door', KEPT_MS - 1), 'made');
  const again = first(answers, 'ann', KEY, 'add Door', KEPT_MS);
  assertRefused('conflict', () => answers.begin('ann', 'slow-slow-slow-slow', 'add Door', KEPT_MS));
  again.forget();
  slow.keep('slow');
  assert.equal(answers.size, 1);
});

test('one caller makes the server forget only their own answers, the oldest first', () => {
  const answers = new KeptAnswers();
  first(answers, 'ann', KEY).keep('Ann’s');
  for (let n = 0; n <= 100; n++) first(answers, 'bob', `key-${n}`).keep('Bob’s');
  assert.equal(answers.size, 101);
  assert.equal(answers.begin('ann', KEY, 'add Door', 0), 'Ann’s');
  assert.equal(answers.begin('bob', 'key-1', 'add Door', 0), 'Bob’s');
  first(answers, 'bob', 'key-0').forget();
});

test('a caller with a hundred requests under way is told to wait', () => {
  const answers = new KeptAnswers();
  for (let n = 0; n < 100; n++) first(answers, 'bob', `key-${n}`);
  assertRefused('tooManyRequests', () => answers.begin('bob', KEY, 'add Door', 0));
});

test('the number and the bytes of all answers are bounded', () => {
  const many = new KeptAnswers();
  for (let n = 0; n < 2500; n++) first(many, `caller ${n % 50}`, `key-${n}`).keep('made');
  assert.equal(many.size, 2000);
  const large = new KeptAnswers();
  for (let n = 0; n < 10; n++) first(large, `caller ${n}`, KEY).keep('x'.repeat(2 ** 20));
  assert.equal(large.size, 3);
});

test('a sealed answer opens with its key alone', () => {
  const bytes = seal(KEY, '{"secret":"vigie_abc"}');
  assert.ok(!bytes.includes('vigie_abc'));
  assert.equal(unseal(KEY, bytes), '{"secret":"vigie_abc"}');
  assert.throws(() => unseal(`${KEY}0`, bytes));
});
