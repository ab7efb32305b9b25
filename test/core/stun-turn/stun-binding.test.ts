import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  isBindingResponse,
  readStunBindingResponse,
  stunBindingIndication,
  stunBindingRequest,
} from '../../../server/core/stun-turn/stun-binding.ts';

/** RFC 5769 sections 2.2 and 2.3: sample responses with a known source address. */
const TRANSACTION_ID = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
const IPV4_RESPONSE = Buffer.from(
  '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643' +
    '000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
  'hex',
);
const IPV6_RESPONSE = Buffer.from(
  '010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f722000200014' +
    '0002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c',
  'hex',
);

test('the sample responses of RFC 5769 yield their address', () => {
  assert.deepEqual(readStunBindingResponse(IPV4_RESPONSE, TRANSACTION_ID), {
    address: '192.0.2.1',
    port: 32_853,
  });
  assert.deepEqual(readStunBindingResponse(IPV6_RESPONSE, TRANSACTION_ID), {
    address: '2001:db8:1234:5678:11:2233:4455:6677',
    port: 32_853,
  });
});

test('a request is twenty bytes, with the given id', () => {
  assert.equal(
    stunBindingRequest(TRANSACTION_ID).toString('hex'),
    `000100002112a442${TRANSACTION_ID.toString('hex')}`,
  );
});

test('an indication is 28 bytes with a fingerprint, and is not taken for an answer', () => {
  const indication = stunBindingIndication(TRANSACTION_ID);
  // CRC-32 of the bytes before it, XOR 5354554e.
  const fingerprint = ((crc32(indication.subarray(0, 20)) ^ 0x5354554e) >>> 0).toString(16).padStart(8, '0');
  assert.equal(
    indication.toString('hex'),
    `001100082112a442${TRANSACTION_ID.toString('hex')}80280004${fingerprint}`,
  );
  assert.deepEqual([IPV4_RESPONSE, indication].map(isBindingResponse), [true, false]);
});

test('an answer to another request is ignored', () => {
  assert.equal(readStunBindingResponse(IPV4_RESPONSE, Buffer.alloc(12)), undefined);
});

test('truncated and damaged answers yield nothing', () => {
  for (let length = 0; length < IPV4_RESPONSE.length; length++)
    assert.equal(readStunBindingResponse(IPV4_RESPONSE.subarray(0, length), TRANSACTION_ID), undefined);
  for (let at = 0; at < IPV4_RESPONSE.length; at++) {
    const bent = Buffer.from(IPV4_RESPONSE);
    bent[at] = (bent[at] ?? 0) ^ 0xff;
    assert.doesNotThrow(() => readStunBindingResponse(bent, TRANSACTION_ID));
  }
});
