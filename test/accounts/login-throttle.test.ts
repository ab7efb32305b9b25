import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { LoginOrigin } from '../../server/accounts/login-origin.ts';
import { LoginDelays } from '../../server/accounts/login-delays.ts';
import { LoginThrottle, type LoginAttempt } from '../../server/accounts/login-throttle.ts';
import { VigieError } from '../../server/errors.ts';

const MINUTE_MS = 60_000;
const NEVER = new AbortController().signal;

let nowMs: number;
let throttle: LoginThrottle;
/** The delays of attempts that were not refused. */
let delays: number[];
beforeEach(() => {
  nowMs = 1_800_000_000_000;
  delays = [];
  const clock = (): number => nowMs;
  const sleep = <T>(ms = 0, value?: T): Promise<T> => {
    delays.push(ms);
    return Promise.resolve(value as T);
  };
  throttle = new LoginThrottle(clock, new LoginDelays(clock, sleep));
});

const fromUnknown = (address: string): LoginOrigin => ({ kind: 'unknown', address });
const fromPrivate = (address: string): LoginOrigin => ({ kind: 'private', address });
const device: LoginOrigin = { kind: 'device', sessionId: 'ses_1', userId: 'usr_1' };

/** @returns the attempt, or seconds to wait */
async function attempt(username: string, origin: LoginOrigin): Promise<LoginAttempt | number> {
  try {
    return await throttle.admit(username, origin, NEVER);
  } catch (error) {
    assert.ok(error instanceof VigieError);
    assert.equal(error.code, 'tooManyRequests');
    return error.retryAfterSeconds ?? assert.fail();
  }
}

async function admittedOf(attempts: [username: string, address: string][]): Promise<number> {
  const answers = [];
  for (const [username, address] of attempts) answers.push(await attempt(username, fromUnknown(address)));
  return answers.filter((answer) => typeof answer === 'object').length;
}

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

suite('an unknown origin', () => {
  test('waits five minutes after five failures at one account from one address', async () => {
    assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
    assert.equal(await attempt('ada', fromUnknown('192.0.2.1')), 300);
    nowMs += 299_000;
    assert.equal(await attempt('ada', fromUnknown('192.0.2.1')), 1);
    nowMs += 1_000;
    assert.equal(typeof (await attempt('ada', fromUnknown('192.0.2.1'))), 'object');
  });

  test('gains nothing from a hundred simultaneous attempts', async () => {
    const answers = await Promise.all(repeat(100, () => attempt('ada', fromUnknown('192.0.2.1'))));
    assert.equal(answers.filter((answer) => typeof answer === 'object').length, 5);
  });

  test('gains nothing by writing the name in another case', async () => {
    assert.equal(await admittedOf(repeat(10, (index) => [index % 2 ? 'Ada' : 'aDA', '192.0.2.1'])), 5);
  });

  test('can still sign in to an account that another address has attacked', async () => {
    await admittedOf(repeat(1000, () => ['ada', '192.0.2.1']));
    assert.equal(await admittedOf([['ada', '192.0.2.2']]), 1);
  });

  test('is refused after 30 failures from one address across all accounts', async () => {
    assert.equal(await admittedOf(repeat(50, (index) => [`user${index}`, '192.0.2.1'])), 30);
  });

  test('is refused after twenty failures per hour at one account from one IPv4 address', async () => {
    let admitted = 0;
    for (let fiveMinutes = 0; fiveMinutes < 12; fiveMinutes++) {
      admitted += await admittedOf(repeat(10, () => ['ada', '192.0.2.1']));
      nowMs += 5 * MINUTE_MS;
    }
    assert.equal(admitted, 20);
  });

  test('is refused when many networks together have failed a hundred times within an hour at one account', async () => {
    assert.equal(await admittedOf(repeat(150, (index) => ['ada', `192.0.2.${index}`])), 100);
    assert.equal(await admittedOf([['bob', '192.0.2.1']]), 1, 'at that account only');
    nowMs += 60 * MINUTE_MS;
    assert.equal(await admittedOf([['ada', '192.0.2.200']]), 1);
  });

  test('loses its failures at that account, and the attempt itself everywhere, by a success', async () => {
    for (let round = 0; round < 50; round++) {
      const admitted = await attempt('ada', fromUnknown('192.0.2.1'));
      assert.ok(typeof admitted === 'object', `round ${round}`);
      admitted.succeeded();
    }
    assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
  });

  test('does not fail when the password was not checked', async () => {
    for (let round = 0; round < 50; round++) {
      const admitted = await attempt('ada', fromUnknown('192.0.2.1'));
      assert.ok(typeof admitted === 'object', `round ${round}`);
      admitted.takeBack();
    }
  });

  test('counts a /64 as one address, and a /56 or a /48 as a few', async () => {
    const of = (count: number, address: (index: number) => string): [string, string][] =>
      repeat(count, (index) => ['ada', address(index)]);
    assert.equal(await admittedOf(of(20, (index) => `2001:db8:a:1::${index}`)), 5);
    assert.equal(await admittedOf(of(256, (index) => `2001:db8:b:${index.toString(16)}::1`)), 20, 'a /56');
    assert.equal(
      await admittedOf(of(255, (index) => `2001:db8:c:${(index << 8).toString(16)}::1`)),
      40,
      'a /48',
    );
    const names = repeat(300, (index): [string, string] => [`user${index}`, `2001:db8:d:${index}::1`]);
    assert.equal(await admittedOf(names), 120, 'a /48, across all accounts');
  });

  test('cannot reach the limit of an account with one network of any size', async () => {
    let admitted = 0;
    for (let minute = 0; minute < 60; minute++) {
      admitted += await admittedOf(repeat(20, (index) => ['ada', `2001:db8:a:${minute * 20 + index}::1`]));
      nowMs += MINUTE_MS;
    }
    assert.ok(admitted < 100, `${admitted} in an hour`);
  });

  test('is counted the same in every notation of an IPv4 address', async () => {
    const attempts = repeat(10, (index): [string, string] => [
      'ada',
      index % 2 ? '192.0.2.1' : '64:ff9b::192.0.2.1',
    ]);
    assert.equal(await admittedOf(attempts), 5);
    assert.equal(await admittedOf([['ada', '::ffff:192.0.2.2']]), 1);
  });

  test('gets the same treatment for an unknown name', async () => {
    assert.equal(await admittedOf(repeat(150, (index) => ['nobody', `192.0.2.${index}`])), 100);
  });
});

suite('a known device, or one in the private network', () => {
  for (const [name, origin] of Object.entries({ device, home: fromPrivate('192.168.1.20') })) {
    test(`${name}: waits after five failures, at most five seconds, and is not refused`, async () => {
      for (let failure = 0; failure < 200; failure++)
        assert.equal(typeof (await attempt('ada', origin)), 'object', `attempt ${failure}`);
      assert.deepEqual(delays.slice(0, 6), [250, 500, 1000, 2000, 4000, 5000]);
      assert.equal(delays.length, 195);
      assert.ok(delays.every((ms) => ms <= 5000));
      nowMs += 15 * MINUTE_MS;
      delays = [];
      await attempt('ada', origin);
      assert.deepEqual(delays, []);
    });

    test(`${name}: does not wait because of the failures of unknown origins`, async () => {
      await admittedOf(repeat(1000, (index) => ['ada', `2001:db8:${index}::1`]));
      assert.equal(
        typeof (await attempt('ada', fromUnknown('198.51.100.1'))),
        'number',
        'the account is under attack',
      );
      assert.equal(typeof (await attempt('ada', origin)), 'object');
      assert.deepEqual(delays, []);
    });
  }

  test('uses no attempts of unknown origins', async () => {
    for (let failure = 0; failure < 200; failure++) await attempt('ada', fromPrivate(`192.168.1.${failure}`));
    assert.equal(await admittedOf(repeat(100, (index) => ['ada', `192.0.2.${index}`])), 100);
  });

  test('waits as well when it tries many names', async () => {
    for (let index = 0; index < 40; index++) await attempt(`user${index}`, fromPrivate('192.168.1.66'));
    assert.equal(delays.length, 10);
    await attempt('ada', fromPrivate('192.168.1.20'));
    assert.equal(delays.length, 10, 'another device does not');
  });

  test('no longer waits at that account after a success', async () => {
    for (let failure = 0; failure < 10; failure++) await attempt('ada', device);
    const right = await attempt('ada', device);
    assert.ok(typeof right === 'object');
    right.succeeded();
    delays = [];
    await attempt('ada', device);
    assert.deepEqual(delays, []);
  });
});
