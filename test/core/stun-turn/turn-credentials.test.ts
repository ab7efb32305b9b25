import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { turnCredentials } from '../../../server/core/stun-turn/turn-credentials.ts';

test('the user name carries the expiry, the credential is its HMAC-SHA1 in base64', () => {
  const { username, credential } = turnCredentials('north', 'usr_1', 1_000_500, 600);
  assert.equal(username, '1600:usr_1');
  assert.equal(credential, createHmac('sha1', 'north').update('1600:usr_1').digest('base64'));
});
