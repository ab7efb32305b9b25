import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readXorAddress, writeXorAddress } from '../../../server/core/stun-turn/stun-address.ts';
import {
  ATTRIBUTE,
  longTermKey,
  readStun,
  verifiesStun,
  writeStun,
} from '../../../server/core/stun-turn/stun-message.ts';

/** RFC 5769 section 2.4: a request with a long-term credential. */
const TRANSACTION_ID = Buffer.from('78ad3433c6ad72c029da412e', 'hex');
const USERNAME = 'マトリックス';
const REALM = 'example.org';
const PASSWORD = 'TheMatrIX';
const NONCE = 'f//499k954d6OL34oL9FSTvy64sA';
const REQUEST = Buffer.from(
  '000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000' +
    '0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f726700' +
    '00080014f67024656dd64a3e02b8e0712e85c9a28ca89666',
  'hex',
);
const KEY = longTermKey(USERNAME, REALM, PASSWORD);

test('the sample request of RFC 5769 is written byte for byte', () => {
  const attributes = [
    [ATTRIBUTE.username, Buffer.from(USERNAME)],
    [ATTRIBUTE.nonce, Buffer.from(NONCE)],
    [ATTRIBUTE.realm, Buffer.from(REALM)],
  ] as const;
  assert.deepEqual(writeStun(0x0001, TRANSACTION_ID, attributes, KEY), REQUEST);
});

test('the sample request is read, and verifies with its password only', () => {
  const message = readStun(REQUEST);
  assert.ok(message);
  assert.equal(message.type, 0x0001);
  assert.deepEqual(message.transactionId, TRANSACTION_ID);
  assert.equal(message.attributes.get(ATTRIBUTE.username)?.toString(), USERNAME);
  assert.equal(message.attributes.get(ATTRIBUTE.nonce)?.toString(), NONCE);
  assert.equal(verifiesStun(REQUEST, message, KEY), true);
  assert.equal(verifiesStun(REQUEST, message, longTermKey(USERNAME, REALM, 'another')), false);
});

test('attributes after the integrity are not read', () => {
  const appended = Buffer.concat([REQUEST, Buffer.from('000d000400000000', 'hex')]);
  appended.writeUInt16BE(appended.length - 20, 2);
  const message = readStun(appended);
  assert.ok(message);
  assert.equal(message.attributes.has(ATTRIBUTE.lifetime), false);
  assert.equal(verifiesStun(appended, message, KEY), true);
});

test('every flipped bit and every truncation of a signed message is detected', () => {
  for (let length = 0; length < REQUEST.length; length++)
    assert.equal(readStun(REQUEST.subarray(0, length)), undefined);
  for (let bit = 0; bit < REQUEST.length * 8; bit++) {
    const bent = Buffer.from(REQUEST);
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const message = readStun(bent);
    assert.equal(message !== undefined && verifiesStun(bent, message, KEY), false, `bit ${bit}`);
  }
});

test('a datagram with a wrong first byte, length or magic cookie is no STUN message', () => {
  const change = (offset: number, hex: string): Buffer => {
    const bytes = Buffer.from(REQUEST);
    bytes.write(hex, offset, 'hex');
    return bytes;
  };
  const odd = Buffer.concat([REQUEST, Buffer.alloc(2)]);
  odd.writeUInt16BE(odd.length - 20, 2);
  for (const [name, bytes] of [
    ['first two bits set', change(0, '4001')],
    ['first two bits set, as in RTP', change(0, '8001')],
    ['length too small', change(2, '005c')],
    ['length too large', change(2, '0064')],
    ['length no multiple of four', odd],
    ['another cookie', change(4, '2112a443')],
  ] as const)
    assert.equal(readStun(bytes), undefined, name);
  assert.ok(readStun(change(0, '0301')), 'the highest type');
});

test('addresses are masked and unmasked again, in canonical form', () => {
  const spellings = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:0:0:0:0:7', '2001:db8::7'],
    ['::', '::'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
  ] as const;
  for (const [spelling, address] of spellings) {
    const value = writeXorAddress({ address: spelling, port: 40_000 }, TRANSACTION_ID);
    assert.deepEqual(readXorAddress(value, TRANSACTION_ID), { address, port: 40_000 });
  }
});

test('a malformed address is neither written nor read', () => {
  for (const address of ['', '1.2.3.256', 'localhost'])
    assert.throws(() => writeXorAddress({ address, port: 1 }, TRANSACTION_ID), RangeError, address);
  for (const hex of ['', '0001a147', '0001a147e112a6', '0002a147e112a643', '0003a147e112a643'])
    assert.equal(readXorAddress(Buffer.from(hex, 'hex'), TRANSACTION_ID), undefined, hex);
});
