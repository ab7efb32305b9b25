import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import jwt from 'jsonwebtoken';
import { signToken, verifyToken } from '../../server/accounts/access-token.ts';
import { makeRefreshToken, readRefreshToken } from '../../server/accounts/refresh-token.ts';
import { VigieError } from '../../server/errors.ts';

const SECRET = Buffer.alloc(32, 7);
const SUBJECT = { userId: 'user_a', sessionId: 'ses_a' };
const NOW_MS = 1_800_000_000_000;
const CLAIMS = {
  sub: 'user_a',
  sid: 'ses_a',
  jti: 'j',
  iss: 'vigie',
  aud: 'api',
  iat: NOW_MS / 1000,
  exp: NOW_MS / 1000 + 900,
};

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function handMade(header: object, claims: object, algorithm = 'sha256'): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac(algorithm, SECRET).update(text).digest('base64url')}`;
}

test('a token contains user, sign-in and expiry', () => {
  const token = signToken(SECRET, 'api', SUBJECT, NOW_MS);
  assert.deepEqual(verifyToken(SECRET, 'api', token, NOW_MS), { ...SUBJECT, expiresAtMs: NOW_MS + 900_000 });
  assert.notEqual(token, signToken(SECRET, 'api', SUBJECT, NOW_MS), 'each has its own id');
});

test('an access token is valid for 15 minutes, a media token for an hour', () => {
  for (const [audience, lifetimeMs] of [
    ['api', 900_000],
    ['media', 3_600_000],
  ] as const) {
    const token = signToken(SECRET, audience, SUBJECT, NOW_MS);
    verifyToken(SECRET, audience, token, NOW_MS + lifetimeMs - 1);
    assert.throws(() => verifyToken(SECRET, audience, token, NOW_MS + lifetimeMs), /has expired/);
  }
});

test('a token issued in the future, as after the clock was set back, is refused', () => {
  for (const audience of ['api', 'media'] as const) {
    const token = signToken(SECRET, audience, SUBJECT, NOW_MS);
    verifyToken(SECRET, audience, token, NOW_MS - 59_000);
    assert.throws(() => verifyToken(SECRET, audience, token, NOW_MS - 3_600_000), /in the future/);
  }
});

test("a token made by hand like the server's own is accepted, so the refusals below are meaningful", () => {
  verifyToken(SECRET, 'api', handMade({ alg: 'HS256', typ: 'JWT' }, CLAIMS), NOW_MS);
});

const good = handMade({ alg: 'HS256' }, CLAIMS);
const FORGERIES: [what: string, token: string][] = [
  ['nothing', ''],
  ['not a JWT', 'a.b.c'],
  ['algorithm none', `${encode({ alg: 'none' })}.${encode(CLAIMS)}.`],
  ['algorithm None with a signature', handMade({ alg: 'None' }, CLAIMS)],
  ['another HMAC', handMade({ alg: 'HS512' }, CLAIMS, 'sha512')],
  ['an asymmetric algorithm', handMade({ alg: 'RS256' }, CLAIMS)],
  ['another secret', jwt.sign(CLAIMS, Buffer.alloc(32, 8))],
  ['an empty secret', jwt.sign(CLAIMS, Buffer.alloc(1))],
  ['no signature', good.slice(0, good.lastIndexOf('.') + 1)],
  ['changed claims', good.replace(/\.[^.]+\./, `.${encode({ ...CLAIMS, sub: 'user_b' })}.`)],
  ['another audience', handMade({ alg: 'HS256' }, { ...CLAIMS, aud: 'media' })],
  ['no audience', handMade({ alg: 'HS256' }, { ...CLAIMS, aud: undefined })],
  ['another issuer', handMade({ alg: 'HS256' }, { ...CLAIMS, iss: 'someone' })],
  ['no subject', handMade({ alg: 'HS256' }, { ...CLAIMS, sub: undefined })],
  ['no session', handMade({ alg: 'HS256' }, { ...CLAIMS, sid: undefined })],
  ['no id', handMade({ alg: 'HS256' }, { ...CLAIMS, jti: undefined })],
  ['no expiry', handMade({ alg: 'HS256' }, { ...CLAIMS, exp: undefined })],
  ['an expiry in the past', handMade({ alg: 'HS256' }, { ...CLAIMS, exp: NOW_MS / 1000 })],
  ['a start in the future', handMade({ alg: 'HS256' }, { ...CLAIMS, nbf: NOW_MS / 1000 + 60 })],
];

for (const [what, token] of FORGERIES) {
  test(`a token with ${what} is refused`, () => {
    assert.throws(
      () => verifyToken(SECRET, 'api', token, NOW_MS),
      (error) => error instanceof VigieError && error.code === 'unauthorized',
    );
  });
}

test('a refresh token is parsed into its parts', () => {
  const claims = { sessionId: 'ses_abcdefgh2345', generation: 4711 };
  assert.deepEqual(readRefreshToken(SECRET, makeRefreshToken(SECRET, claims)), claims);
});

test('a refresh token with any one character changed is invalid', () => {
  const token = makeRefreshToken(SECRET, { sessionId: 'ses_abcdefgh2345', generation: 12 });
  for (let index = 0; index < token.length; index++) {
    // The last character has two unused bits; flipping those must not pass either.
    for (const character of ['A', 'z', '0', '.', '_']) {
      const changed = token.slice(0, index) + character + token.slice(index + 1);
      if (changed !== token) assert.equal(readRefreshToken(SECRET, changed), undefined, changed);
    }
  }
  for (const text of ['', '..', token.slice(1), `${token}A`, `${token}\n`, token.replace('.12.', '.012.')])
    assert.equal(readRefreshToken(SECRET, text), undefined, text);
});
