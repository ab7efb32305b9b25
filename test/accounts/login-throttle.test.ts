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
/** How long those were made to wait that were not refused. */
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

const stranger = (address: string): LoginOrigin => ({ kind: 'stranger', address });
const home = (address: string): LoginOrigin => ({ kind: 'home', address });
const device: LoginOrigin = { kind: 'device', sessionId: 'ses_1' };

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
  for (const [username, address] of attempts) answers.push(await attempt(username, stranger(address)));
  return answers.filter((answer) => typeof answer === 'object').length;
}

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

suite('a stranger', () => {
  test('may fail five times at one account from one address, then waits five minutes', async () => {
    assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
    assert.equal(await attempt('ada', stranger('192.0.2.1')), 300);
    nowMs += 299_000;
    assert.equal(await attempt('ada', stranger('192.0.2.1')), 1);
    nowMs += 1_000;
    assert.equal(typeof (await attempt('ada', stranger('192.0.2.1'))), 'object');
  });

  test('gets no further with a hundred attempts at the same moment', async () => {
    const answers = await Promise.all(repeat(100, () => attempt('ada', stranger('192.0.2.1'))));
    assert.equal(answers.filter((answer) => typeof answer === 'object').length, 5);
  });

  test('gains nothing by writing the name in another case', async () => {
    assert.equal(await admittedOf(repeat(10, (index) => [index % 2 ? 'Ada' : 'aDA', '192.0.2.1'])), 5);
  });

  test('can still sign in to an account that another address has attacked', async () => {
    await admittedOf(repeat(1000, () => ['ada', '192.0.2.1']));
    assert.equal(await admittedOf([['ada', '192.0.2.2']]), 1);
  });

  test('may fail 30 times in all from one address, whatever the accounts', async () => {
    assert.equal(await admittedOf(repeat(50, (index) => [`user${index}`, '192.0.2.1'])), 30);
  });

  test('may fail twenty times an hour at one account from one IPv4 address', async () => {
    let admitted = 0;
    for (let fiveMinutes = 0; fiveMinutes < 12; fiveMinutes++) {
      admitted += await admittedOf(repeat(10, () => ['ada', '192.0.2.1']));
      nowMs += 5 * MINUTE_MS;
    }
    assert.equal(admitted, 20);
  });

  test('is refused when many networks together have failed a hundred times within an hour at one account', async () => {
    assert.equal(await admittedOf(repeat(150, (index) => ['ada', `192.0.2.${index}`])), 100);
    assert.equal(await admittedOf([['bob', '192.0.2.1']]), 1, 'at that one only');
    nowMs += 60 * MINUTE_MS;
    assert.equal(await admittedOf([['ada', '192.0.2.200']]), 1);
  });

  test('who succeeds has failed at that account no more, and nowhere for that attempt', async () => {
    for (let round = 0; round < 50; round++) {
      const admitted = await attempt('ada', stranger('192.0.2.1'));
      assert.ok(typeof admitted === 'object', `round ${round}`);
      admitted.succeeded();
    }
    assert.equal(await admittedOf(repeat(8, () => ['ada', '192.0.2.1'])), 5);
  });

  test('whose password was not looked at has not failed', async () => {
    for (let round = 0; round < 50; round++) {
      const admitted = await attempt('ada', stranger('192.0.2.1'));
      assert.ok(typeof admitted === 'object', `round ${round}`);
      admitted.takeBack();
    }
  });

  test('with a /64 has one address, with a /56 or a /48 not many', async () => {
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
    assert.equal(await admittedOf(names), 120, 'a /48, whatever the accounts');
  });

  test('with one network of any size never reaches the limit of the account', async () => {
    let admitted = 0;
    for (let minute = 0; minute < 60; minute++) {
      admitted += await admittedOf(repeat(20, (index) => ['ada', `2001:db8:a:${minute * 20 + index}::1`]));
      nowMs += MINUTE_MS;
    }
    assert.ok(admitted < 100, `${admitted} in an hour`);
  });

  test('is the same however an IPv4 address is written', async () => {
    const attempts = repeat(10, (index): [string, string] => [
      'ada',
      index % 2 ? '192.0.2.1' : '64:ff9b::192.0.2.1',
    ]);
    assert.equal(await admittedOf(attempts), 5);
    assert.equal(await admittedOf([['ada', '::ffff:192.0.2.2']]), 1);
  });

  test('finds a name nobody has treated as any other: the throttle does not know who there is', async () => {
    assert.equal(await admittedOf(repeat(150, (index) => ['nobody', `192.0.2.${index}`])), 100);
  });
});

suite('a device of the account, or one at home', () => {
  for (const [name, origin] of Object.entries({ device, home: home('192.168.1.20') })) {
    test(`${name}: waits after five failures, five seconds at most, and is not refused`, async () => {
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

    test(`${name}: does not wait for what strangers have done to the account`, async () => {
      await admittedOf(repeat(1000, (index) => ['ada', `2001:db8:${index}::1`]));
      assert.equal(
        typeof (await attempt('ada', stranger('198.51.100.1'))),
        'number',
        'the account is under attack',
      );
      assert.equal(typeof (await attempt('ada', origin)), 'object');
      assert.deepEqual(delays, []);
    });
  }

  test('takes no attempt away from strangers', async () => {
    for (let failure = 0; failure < 200; failure++) await attempt('ada', home(`192.168.1.${failure}`));
    assert.equal(await admittedOf(repeat(100, (index) => ['ada', `192.0.2.${index}`])), 100);
  });

  test('that tries many names waits as well', async () => {
    for (let index = 0; index < 40; index++) await attempt(`user${index}`, home('192.168.1.66'));
    assert.equal(delays.length, 10);
    await attempt('ada', home('192.168.1.20'));
    assert.equal(delays.length, 10, 'another device does not');
  });

  test('that succeeds no longer waits at that account', async () => {
    for (let failure = 0; failure < 10; failure++) await attempt('ada', device);
    const right = await attempt('ada', device);
    assert.ok(typeof right === 'object');
    right.succeeded();
    delays = [];
    await attempt('ada', device);
    assert.deepEqual(delays, []);
  });
});
