import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginOrigin } from '../../server/accounts/login-origin.ts';
import { hashPassword } from '../../server/accounts/password-hash.ts';
import { PasswordHasher } from '../../server/accounts/password-hasher.ts';
import { VigieError } from '../../server/errors.ts';

const fromUnknown = (address: string): LoginOrigin => ({ kind: 'unknown', address });
const fromPrivate = (address: string): LoginOrigin => ({ kind: 'private', address });
const device = (sessionId: string, userId = 'usr_1'): LoginOrigin => ({ kind: 'device', sessionId, userId });

const isRefusal = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'tooManyRequests' && error.retryAfterSeconds === 2;

/** A hash to verify against: every password is wrong, and verifying is cheap. */
const CHEAP = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

/** Sends many verifications at once. @returns the answered ones in order, and the refused ones */
async function answersOf(
  hasher: PasswordHasher,
  origins: readonly [name: string, origin: LoginOrigin][],
): Promise<{ answered: string[]; refused: string[] }> {
  const answered: string[] = [];
  const refused: string[] = [];
  await Promise.all(
    origins.map(async ([name, origin]) => {
      try {
        await hasher.verify(CHEAP, 'password', origin);
        answered.push(name);
      } catch (error) {
        assert.ok(isRefusal(error), String(error));
        refused.push(name);
      }
    }),
  );
  return { answered, refused };
}

const repeat = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

test('two hashes are computed at once, eight of one network wait, and the next of that network is refused', async () => {
  const hasher = new PasswordHasher();
  const admitted = repeat(10, (index) => hasher.hash(`password ${index}`, fromUnknown('192.0.2.1')));
  assert.deepEqual(hasher.load, { running: 2, waiting: 8, refused: 0 });
  await assert.rejects(hasher.hash('one too many', fromUnknown('192.0.2.1')), isRefusal);
  assert.throws(() => hasher.assertRoom(fromUnknown('192.0.2.1')), isRefusal);
  hasher.assertRoom(fromUnknown('192.0.2.2'));
  assert.equal(new Set(await Promise.all(admitted)).size, 10);
  assert.deepEqual(hasher.load, { running: 0, waiting: 0, refused: 2 });
});

test('a flooding network takes turns with others, which are never refused', async () => {
  const hasher = new PasswordHasher();
  const flood = repeat(100, (index): [string, LoginOrigin] => [
    'flood',
    fromUnknown(`2001:db8:1:${index}::1`),
  ]);
  const { answered, refused } = await answersOf(hasher, [...flood, ['owner', fromUnknown('192.0.2.1')]]);
  assert.ok(answered.indexOf('owner') <= 4, answered.join(' '));
  assert.equal(refused.length, 90, 'a whole /48 is one network');
});

test('a flood from unknown networks leaves the private network and signed-in users their turns', async () => {
  const hasher = new PasswordHasher();
  const flood = repeat(200, (index): [string, LoginOrigin] => ['flood', fromUnknown(`198.51.100.${index}`)]);
  const { answered } = await answersOf(hasher, [
    ...flood,
    ['home', fromPrivate('192.168.1.20')],
    ['device', device('ses_1')],
  ]);
  assert.ok(Math.max(answered.indexOf('home'), answered.indexOf('device')) <= 6, answered.join(' '));
});

test('a flooding device in the private network delays other devices there and unknown origins only briefly', async () => {
  const hasher = new PasswordHasher();
  const flood = repeat(100, (): [string, LoginOrigin] => ['flood', fromPrivate('192.168.1.66')]);
  const { answered } = await answersOf(hasher, [
    ...flood,
    ['home', fromPrivate('192.168.1.20')],
    ['away', fromUnknown('192.0.2.1')],
  ]);
  assert.ok(Math.max(answered.indexOf('home'), answered.indexOf('away')) <= 6, answered.join(' '));
});

test("when all places are taken, a waiting request of the busiest network is replaced by another network's", async () => {
  const hasher = new PasswordHasher();
  const flood = repeat(40, (index): [string, LoginOrigin] => [
    `network ${index % 4}`,
    fromUnknown(`192.0.2.${index % 4}`),
  ]);
  const { answered, refused } = await answersOf(hasher, [...flood, ['owner', fromUnknown('198.51.100.1')]]);
  assert.ok(answered.includes('owner'));
  assert.equal(answered.length, 2 + 32);
  assert.equal(refused.length, 7);
});

test('one user with many sign-ins has the share of one user', async () => {
  const hasher = new PasswordHasher();
  const flood = repeat(34, (index): [string, LoginOrigin] => ['flood', device(`ses_${index}`, 'anna')]);
  const { answered, refused } = await answersOf(hasher, [...flood, ['ben', device('ses_b', 'ben')]]);
  assert.ok(answered.indexOf('ben') <= 4, answered.join(' '));
  assert.equal(refused.length, 34 - 10);
});

test('a failing job releases its place', async () => {
  const hasher = new PasswordHasher();
  await Promise.all(
    [1, 2, 3].map(() => assert.rejects(hasher.verify('damaged', 'password', fromUnknown('192.0.2.1')))),
  );
  assert.deepEqual(hasher.load, { running: 0, waiting: 0, refused: 0 });
  assert.equal(await hasher.verify(await hashPassword('right'), 'right', fromUnknown('192.0.2.1')), true);
});
