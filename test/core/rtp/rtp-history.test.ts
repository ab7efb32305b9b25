import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtpHistory } from '../../../server/core/rtp/rtp-history.ts';

const packet = (sequenceNumber: number) => ({
  sequenceNumber,
  timestamp90k: sequenceNumber * 3600,
  marker: false,
  payload: Buffer.from([sequenceNumber & 0xff]),
});

test('a sent packet can be sent again', () => {
  const history = new RtpHistory();
  history.add(packet(7), 0);
  assert.equal(history.take(7, 10_000, 5_000)?.timestamp90k, 7 * 3600);
  assert.equal(history.take(8, 10_000, 5_000), undefined);
});

test('requests within one round trip are answered once', () => {
  const history = new RtpHistory();
  history.add(packet(7), 0);
  assert.ok(history.take(7, 10_000, 30_000));
  assert.equal(history.take(7, 39_999, 30_000), undefined);
  assert.ok(history.take(7, 40_000, 30_000));
});

test('a packet is never sent again more than eight times', () => {
  const history = new RtpHistory();
  history.add(packet(7), 0);
  const answered = Array.from({ length: 100 }, (_, i) => history.take(7, i * 1000, 0)).filter(Boolean);
  assert.equal(answered.length, 8);
});

test('packets older than a second, or than 512 packets, are forgotten', () => {
  const history = new RtpHistory();
  history.add(packet(7), 0);
  assert.equal(history.take(7, 1_000_001, 0), undefined);
  history.add(packet(8), 0);
  for (let i = 1; i <= 512; i++) history.add(packet(8 + i), 0);
  assert.equal(history.take(8, 1, 0), undefined);
  assert.ok(history.take(9, 1, 0));
});

test('the ring works across the wrap of sequence numbers', () => {
  const history = new RtpHistory();
  for (let i = 65_400; i < 65_400 + 400; i++) history.add(packet(i & 0xffff), 0);
  for (const sequenceNumber of [65_400, 65_535, 0, 200]) {
    assert.equal(history.take(sequenceNumber, 1, 0)?.sequenceNumber, sequenceNumber);
  }
});
