import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { LoginThrottle } from '../../server/accounts/login-throttle.ts';
import { VigieError } from '../../server/errors.ts';

mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_800_000_000_000 });

let throttle = new LoginThrottle();
beforeEach(() => {
  throttle = new LoginThrottle();
});

/** @returns seconds to wait, 0 when admitted */
async function attempt(username: string, address: string): Promise<number> {
  try {
    await throttle.admit(username, address);
    return 0;
  } catch (error) {
    assert.ok(error instanceof VigieError);
    assert.equal(error.code, 'tooManyRequests');
    return error.retryAfterSeconds ?? 0;
  }
}

async function admittedOf(attempts: [username: string, address: string][]): Promise<number> {
  const waits = [];
  for (const [username, address] of attempts) waits.push(await attempt(username, address));
  return waits.filter((seconds) => seconds === 0).length;
}

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

test('one address may fail five times at one account, then waits five minutes', async () => {
  assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
  assert.equal(await attempt('ada', '192.0.2.1'), 300);
  mock.timers.tick(299_000);
  assert.equal(await attempt('ada', '192.0.2.1'), 1);
  mock.timers.tick(2_000);
  assert.equal(await attempt('ada', '192.0.2.1'), 0);
});

test('a hundred attempts at the same moment get no further than those one by one', async () => {
  const waits = await Promise.all(repeat(100, () => attempt('ada', '192.0.2.1')));
  assert.equal(waits.filter((seconds) => seconds === 0).length, 5);
});

test('the name in another case is the same account', async () => {
  assert.equal(await admittedOf(repeat(10, (index) => [index % 2 ? 'Ada' : 'aDA', '192.0.2.1'])), 5);
});

test('another address can still sign in to the account that is under attack', async () => {
  await admittedOf(repeat(1000, () => ['ada', '192.0.2.1']));
  assert.equal(await attempt('ada', '192.0.2.2'), 0);
});

test('one address may fail 30 times in all, whatever the accounts', async () => {
  assert.equal(await admittedOf(repeat(50, (index) => [`user${index}`, '192.0.2.1'])), 30);
});

test('many addresses together may fail a hundred times an hour at one account', async () => {
  assert.equal(await admittedOf(repeat(150, (index) => ['ada', `192.0.2.${index}`])), 100);
});

test('success takes the failures at that account back', async () => {
  for (let round = 0; round < 20; round++) {
    assert.equal(await admittedOf(repeat(1, () => ['ada', '192.0.2.1'])), 1, `round ${round}`);
    await throttle.succeeded('ada', '192.0.2.1');
  }
  assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
});

test('an IPv6 /64 counts as one address, the next one as another', async () => {
  const attempts: [string, string][] = [
    ['ada', '2001:db8:1:2::1'],
    ['ada', '2001:db8:1:2:ffff::'],
    ['ada', '2001:db8:1:2:3:4:5:6'],
    ['ada', '2001:db8:1:2::'],
    ['ada', '2001:db8:1:2:0:0:0:9'],
    ['ada', '2001:db8:1:2::abcd'],
  ];
  assert.equal(await admittedOf(attempts), 5);
  assert.equal(await attempt('ada', '2001:db8:1:3::1'), 0);
});

test('an IPv4 address is the same however it is written, and not all of them are one', async () => {
  const attempts = repeat(10, (index): [string, string] => [
    'ada',
    index % 2 ? '192.0.2.1' : '::ffff:192.0.2.1',
  ]);
  assert.equal(await admittedOf(attempts), 5);
  assert.equal(await attempt('ada', '::ffff:192.0.2.2'), 0);
});
