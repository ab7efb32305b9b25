import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  PER_NETWORK_PER_SECOND,
  PER_SECOND,
  PER_STRANGER_PER_MINUTE,
  PunchBudget,
  UNCONFIRMED_PER_SECOND,
} from '../../../server/core/reach/punch-budget.ts';

/** @returns how many of 100 requests at that moment are granted */
function granted(
  budget: PunchBudget,
  nowUs: number,
  { isConfirmed = true, addressOf = (index: number) => `9.8.7.${index}` } = {},
): number {
  return Array.from({ length: 100 }, (_, index) => {
    const address = addressOf(index);
    return budget.take(address, { address, port: 40_000, isConfirmed }, nowUs);
  }).filter(Boolean).length;
}

const ofOneNetwork = (index: number): string => `2a01:db9:1:2::${index + 1}`;

test('in no second more than twenty are granted', () => {
  const budget = new PunchBudget();
  const times = Array.from({ length: 60 }, (_, index) => index * 50_000);
  const perTime = times.map((nowUs) => granted(budget, nowUs));
  for (const [index] of times.entries()) {
    const within = perTime.slice(index, index + 20).reduce((sum, count) => sum + count, 0);
    assert.ok(within <= PER_SECOND, `${within} in the second from ${index * 50} ms`);
  }
  assert.equal(perTime[0], PER_SECOND);
  assert.equal(perTime[20], PER_SECOND, 'a second later there is room again');
});

test('addresses that nobody has confirmed leave room for others', () => {
  const budget = new PunchBudget();
  assert.equal(granted(budget, 0, { isConfirmed: false }), UNCONFIRMED_PER_SECOND);
  assert.equal(granted(budget, 0), PER_SECOND - UNCONFIRMED_PER_SECOND);
});

test('viewers of one network leave room for others', () => {
  const budget = new PunchBudget();
  assert.equal(granted(budget, 0, { addressOf: ofOneNetwork }), PER_NETWORK_PER_SECOND);
  assert.equal(granted(budget, 0), PER_SECOND - PER_NETWORK_PER_SECOND);
});

test('no network is sent more than twenty in a minute on the word of others, and each viewer’s own is', () => {
  const budget = new PunchBudget();
  const grantedTo = (from: string, to: string): number => {
    const times = Array.from({ length: 60 * 20 }, (_, index) => index * 50_000);
    const target = { address: to, port: 40_000, isConfirmed: true };
    return times.filter((nowUs) => budget.take(from, target, nowUs)).length;
  };
  assert.equal(grantedTo('9.8.7.6', '1.2.3.4'), PER_STRANGER_PER_MINUTE);
  assert.equal(grantedTo('9.8.7.7', '1.2.3.4'), 0, 'whoever names it');
  assert.ok(grantedTo('9.8.7.8', '9.8.7.8') > 10 * PER_STRANGER_PER_MINUTE);
});
