/** The Authorization header: what is a token, what is a key, and a table of what is neither. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOfApiKey, isApiKey, hashOfApiKey, makeApiKey } from '../../server/accounts/api-key-secret.ts';
import { presentedIn } from '../../server/accounts/presented-credential.ts';

const KEY = makeApiKey('key_7hk2m9qd4xwt');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a key has its id at the beginning, and 256 random bits', () => {
  assert.equal(idOfApiKey(KEY), 'key_7hk2m9qd4xwt');
  assert.equal(Buffer.from(KEY.slice(-43), 'base64url').length, 32);
  assert.notEqual(makeApiKey('key_7hk2m9qd4xwt'), KEY);
});

test('a key fits its own hash only', () => {
  const hash = hashOfApiKey(KEY);
  assert.equal(isApiKey(KEY, hash), true);
  for (const other of [makeApiKey('key_7hk2m9qd4xwt'), KEY.slice(0, -1), `${KEY} `, KEY.toUpperCase(), ''])
    assert.equal(isApiKey(other, hash), false, other);
});

test('a token and a key are told apart, whatever the case of the scheme', () => {
  assert.deepEqual(presentedIn('Bearer aa.bb.cc'), { kind: 'accessToken', token: 'aa.bb.cc' });
  assert.deepEqual(presentedIn('bearer aa.bb.cc'), { kind: 'accessToken', token: 'aa.bb.cc' });
  assert.deepEqual(presentedIn(`BEARER ${KEY}`), { kind: 'apiKey', key: KEY, basic: false });
  for (const user of ['', 'anybody', 'with space', 'ü'])
    assert.deepEqual(presentedIn(`Basic ${base64(`${user}:${KEY}`)}`), {
      kind: 'apiKey',
      key: KEY,
      basic: true,
    });
});

const MALFORMED: [what: string, header: string][] = [
  ['empty', ''],
  ['a scheme alone', 'Bearer'],
  ['a scheme and spaces', 'Bearer   '],
  ['another scheme', 'Digest username="a"'],
  ['a key without a scheme', KEY],
  ['a key as a scheme of its own', `Token ${KEY}`],
  ['a key that is cut off', `Bearer ${KEY.slice(0, -1)}`],
  ['a key that is too long', `Bearer ${KEY}a`],
  ['a key in capitals', `Bearer ${KEY.toUpperCase()}`],
  ['a key with a letter of no alphabet', `Bearer ${KEY.slice(0, -1)}%`],
  ['two keys', `Bearer ${KEY} ${KEY}`],
  ['two headers in one', `Bearer ${KEY}, Bearer ${KEY}`],
  ['a tab instead of a space', `Bearer\t${KEY}`],
  ['a token of two parts', 'Bearer aa.bb'],
  ['a token of four parts', 'Bearer aa.bb.cc.dd'],
  ['Basic without base64', `Basic :${KEY}`],
  ['Basic that is no base64', 'Basic ====='],
  ['Basic without a colon', `Basic ${base64(KEY)}`],
  ['Basic with a second word', `Basic ${base64(`a:${KEY}`)} x`],
  ['64 KiB', `Bearer ${'a'.repeat(65_536)}`],
  ['64 KiB of Basic', `Basic ${'='.repeat(65_536)}`],
];

for (const [what, header] of MALFORMED)
  test(`it is refused: ${what}`, () => {
    assert.throws(
      () => presentedIn(header),
      (error: Error & { code?: string }) => error.code === 'unauthorized' && !error.message.includes(KEY),
    );
  });
