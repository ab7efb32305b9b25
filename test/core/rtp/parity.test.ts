import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parityOf, parityOfParities, picked, sharedParityOf } from '../../../server/core/rtp/parity.ts';

const bytesOf = ({ words, bytes }: { words: Int32Array; bytes: number }): string =>
  Buffer.from(words.buffer, words.byteOffset, bytes).toString('hex');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('a shorter payload counts as followed by zeros, also after a longer one', () => {
  assert.equal(bytesOf(parityOf([hex('ffffffffffffffff'), hex('0102030405')])), 'fefdfcfbfaffffff');
  assert.equal(bytesOf(parityOf([hex('01'), hex('010203')])), '000203');
});

test('a payload that begins anywhere in memory is read right', () => {
  const memory = Buffer.from('00112233445566', 'hex');
  assert.equal(bytesOf(parityOf([memory.subarray(1, 6), memory.subarray(2, 7)])), '3311771133');
});

test('a payload may be of any length', () => {
  const [long, other] = [Buffer.alloc(70_001, 0x0f), Buffer.alloc(70_001, 0xf0)];
  assert.equal(bytesOf(parityOf([long, other])), 'ff'.repeat(70_001));
});

test('the parity of parities is that of all their payloads', () => {
  const payloads = [hex('0102030405'), hex('a0'), hex('ffee'), hex('123456789abcdef0')];
  const parts = [parityOf(payloads.slice(0, 2)), parityOf([]), parityOf(payloads.slice(2))];
  assert.equal(bytesOf(parityOfParities(parts)), bytesOf(parityOf(payloads)));
});

test('packets are picked by their index', () => {
  assert.deepEqual(picked([hex('00'), hex('01'), hex('02')], [0, 2]), [hex('00'), hex('02')]);
});

test('viewers of the same frame share its parities', () => {
  const payloads = [{ payload: hex('01') }, { payload: hex('02') }];
  assert.equal(sharedParityOf(payloads, [0, 1]), sharedParityOf(payloads, [0, 1]));
  assert.notEqual(sharedParityOf([...payloads], [0, 1]), sharedParityOf(payloads, [0, 1]));
  assert.notEqual(sharedParityOf(payloads, [1]), sharedParityOf(payloads, [0, 1]));
});
