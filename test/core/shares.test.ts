import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shares } from '../../server/core/shares.ts';

const LIMITS = { total: 8, perUser: 3 };

/** Takes as many as there are for this user. */
function fill(shares: Shares, userId: string): number {
  let count = 0;
  while (shares.take(userId)) count++;
  return count;
}

test('one user takes no more than the share of one, and another still has a share', () => {
  const shares = new Shares(LIMITS);
  assert.equal(fill(shares, 'anna'), 3);
  assert.equal(fill(shares, 'ben'), 3);
  assert.equal(shares.refused, 2);
});

test('the last quarter is only for users who hold nothing', () => {
  const shares = new Shares(LIMITS);
  fill(shares, 'anna');
  fill(shares, 'ben');
  assert.equal(fill(shares, 'carl'), 1, 'a newcomer has one, not three');
  assert.equal(fill(shares, 'dora'), 1);
  assert.equal(fill(shares, 'emil'), 0);
  assert.equal(shares.taken, 8);
});

test('a share that was taken is given back once', () => {
  const shares = new Shares(LIMITS);
  const leave = shares.take('anna') ?? assert.fail('refused');
  shares.take('anna');
  leave();
  leave();
  assert.equal(shares.heldBy('anna'), 1);
  assert.equal(shares.taken, 1);
});

test('amounts are shared as numbers are, and limits may change while some of it is held', () => {
  let total = 1_000;
  const shares = new Shares(() => ({ total, perUser: total / 2 }));
  assert.equal(shares.take('anna', 501), undefined);
  const leave = shares.take('anna', 500);
  assert.ok(leave);
  assert.equal(shares.roomFor('ben'), 500);
  total = 400;
  assert.equal(shares.roomFor('ben'), 0);
  leave();
  assert.equal(shares.roomFor('ben'), 200);
});
