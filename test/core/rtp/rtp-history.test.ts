import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtpHistory } from '../../../server/core/rtp/rtp-history.ts';

const packet = (sequenceNumber: number) => ({
  sequenceNumber,
  timestamp90k: sequenceNumber * 3600,
  marker: false,
  payload: Buffer.from([sequenceNumber & 0xff]),
  numbers: { pictureId: 0, tl0PicIdx: 0 },
});

/** A packet is requested, and sent again if it may be. */
function repeats(history: RtpHistory, sequenceNumber: number, nowUs: number, roundTripUs: number): boolean {
  if (history.request(sequenceNumber, nowUs, roundTripUs) === 0) return false;
  history.repeated(sequenceNumber, nowUs);
  return true;
}

test('a sent packet can be found, one never sent cannot', () => {
  const history = new RtpHistory();
  history.add(packet(7), true, 0);
  assert.equal(history.request(7, 10_000, 5_000), 1);
  assert.equal(history.request(8, 10_000, 5_000), 0);
  assert.equal(history.find(7)?.timestamp90k, 7 * 3600);
  assert.equal(history.find(8), undefined);
});

test('requests within three quarters of a round trip are answered once, later ones each', () => {
  const history = new RtpHistory();
  history.add(packet(7), true, 0);
  assert.equal(repeats(history, 7, 10_000, 40_000), true);
  assert.equal(repeats(history, 7, 39_999, 40_000), false);
  for (let nowUs = 40_000; nowUs < 1_000_000; nowUs += 30_000)
    assert.equal(repeats(history, 7, nowUs, 40_000), true);
});

test('however short the round trip, a packet is not sent again more often than every 5 ms', () => {
  const history = new RtpHistory();
  history.add(packet(7), true, 0);
  const answered = Array.from({ length: 1000 }, (_, i) => repeats(history, 7, i * 100, 0)).filter(Boolean);
  assert.equal(answered.length, 20);
});

test('a request that was not answered is counted, so that the second one can be', () => {
  const history = new RtpHistory();
  history.add(packet(7), true, 0);
  assert.deepEqual([history.request(7, 1_000, 40_000), history.request(7, 2_000, 40_000)], [1, 2]);
});

test('packets older than a second, or than five round trips, or than 1024 packets, are forgotten', () => {
  const history = new RtpHistory();
  history.add(packet(7), true, 0);
  assert.equal(history.request(7, 1_000_000, 40_000), 1);
  assert.equal(history.request(7, 1_000_001, 40_000), 0);
  assert.equal(history.request(7, 2_000_000, 400_000), 2);
  assert.equal(history.request(7, 2_000_001, 400_000), 0);
  history.add(packet(8), true, 0);
  for (let i = 1; i <= 1024; i++) history.add(packet(8 + i), false, 0);
  assert.equal(history.request(8, 1, 0), 0);
  assert.equal(history.request(9, 1, 0), 1);
});

test('with a keyframe, what was sent before it is not sent again', () => {
  const history = new RtpHistory();
  history.add(packet(65_535), false, 0);
  history.add(packet(0), true, 0);
  history.add(packet(1), false, 0);
  assert.deepEqual(
    [65_535, 0, 1].map((number) => history.request(number, 1, 0)),
    [0, 1, 1],
  );
});

test('the ring works across the wrap of sequence numbers', () => {
  const history = new RtpHistory();
  for (let i = 65_000; i < 65_000 + 1000; i++) history.add(packet(i & 0xffff), i === 65_000, 0);
  for (const sequenceNumber of [65_000, 65_535, 0, 463])
    assert.equal(history.find(sequenceNumber)?.sequenceNumber, sequenceNumber);
});

test('however long a stream goes on without a keyframe, its packets are sent again', () => {
  const history = new RtpHistory();
  for (let sent = 0; sent < 200_000; sent++) {
    history.add(packet(sent & 0xffff), sent === 0, sent);
    if (sent % 500 === 499) assert.equal(history.request((sent - 3) & 0xffff, sent, 0), 1, String(sent));
  }
});
