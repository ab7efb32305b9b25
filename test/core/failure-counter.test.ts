import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NetworkFailures } from '../../server/core/address/network-failures.ts';
import { FailureCounter } from '../../server/core/failure-counter.ts';

const LIMIT = { failures: 3, windowMs: 1000 };

function fail(counter: FailureCounter, key: string, times: number, nowMs: number): void {
  for (let time = 0; time < times; time++) counter.add(key, nowMs);
}

suite('failures by key', () => {
  test('above the limit a key waits until the time that began with its first failure is over', () => {
    const counter = new FailureCounter(LIMIT);
    fail(counter, 'a', 2, 0);
    assert.equal(counter.waitMs('a', 400), 0);
    counter.add('a', 400);
    assert.equal(counter.waitMs('a', 400), 600);
    assert.equal(counter.waitMs('b', 400), 0);
    assert.equal(counter.waitMs('a', 999), 1);
    assert.equal(counter.waitMs('a', 1000), 0);
    assert.equal(counter.failuresOf('a', 1000), 0);
    counter.add('a', 1000);
    assert.equal(counter.failuresOf('a', 1999), 1);
  });

  test('a failure can be taken back, and a key forgotten', () => {
    const counter = new FailureCounter(LIMIT);
    fail(counter, 'a', 3, 0);
    counter.takeBack('a');
    assert.equal(counter.waitMs('a', 0), 0);
    fail(counter, 'a', 1, 0);
    counter.forget('a');
    assert.equal(counter.failuresOf('a', 0), 0);
    counter.takeBack('a');
    counter.takeBack('nobody');
    assert.equal(counter.size, 0);
  });

  test('memory is bounded, and a flood of new keys removes its own keys, not those with more failures', () => {
    const counter = new FailureCounter(LIMIT, 100);
    fail(counter, 'guesser', 3, 0);
    for (let key = 0; key < 100_000; key++) counter.add(`flood ${key}`, 1);
    assert.equal(counter.size, 100);
    assert.equal(counter.waitMs('guesser', 1), 999);
  });

  test('a key that fails again after its time takes no other key’s room', () => {
    const counter = new FailureCounter(LIMIT, 40);
    fail(counter, 'guesser', 2, 0);
    for (let key = 0; key < 40; key++) counter.add(`later ${key}`, 900);
    counter.add('guesser', 1000);
    assert.equal(counter.size, 40);
  });

  test('expired keys are removed first', () => {
    const counter = new FailureCounter(LIMIT, 3);
    fail(counter, 'old', 3, 0);
    counter.add('a', 900);
    counter.add('b', 900);
    counter.add('c', 1000);
    assert.deepEqual(
      ['old', 'a', 'b', 'c'].map((key) => counter.failuresOf(key, 1000)),
      [0, 1, 1, 1],
    );
  });
});

suite('failures by network', () => {
  const limits = [
    { prefix: 64, failures: 2, windowMs: 1000 },
    { prefix: 48, failures: 3, windowMs: 5000 },
  ] as const;

  test('each network size has its limit, and the longest wait counts', () => {
    const failures = new NetworkFailures(limits);
    failures.add('2001:db8:1:1::1', 0);
    failures.add('2001:db8:1:1::2', 0);
    assert.equal(failures.waitMs('2001:db8:1:1::3', 0), 1000);
    assert.equal(failures.waitMs('2001:db8:1:2::1', 0), 0);
    failures.add('2001:db8:1:2::1', 0);
    assert.equal(failures.waitMs('2001:db8:1:3::1', 0), 5000);
    assert.equal(failures.waitMs('2001:db8:2::1', 0), 0);
    assert.equal(failures.waitMs('192.0.2.1', 0), 0);
  });

  test('a success takes one failure back for each size, and can forget the narrowest network', () => {
    const failures = new NetworkFailures(limits);
    for (let time = 0; time < 3; time++) failures.add('192.0.2.1', 0, 'ada');
    assert.equal(failures.waitMs('192.0.2.1', 0, 'bob'), 0, 'another subject');
    failures.takeBack('192.0.2.1', 'ada');
    assert.equal(failures.waitMs('192.0.2.1', 0, 'ada'), 1000);
    failures.forget('192.0.2.1', 'ada');
    assert.equal(failures.waitMs('192.0.2.1', 0, 'ada'), 0);
    failures.add('192.0.2.1', 0, 'ada');
    assert.equal(failures.waitMs('192.0.2.1', 0, 'ada'), 5000, 'the wider one remembers');
  });
});
