import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SentPackets } from '../../../server/core/bandwidth/sent-packets.ts';
import type { TransportFeedback } from '../../../server/core/rtp/transport-feedback.ts';

function feedback(
  baseSequence: number,
  arrivals: (number | undefined)[],
  referenceTime = 100,
): TransportFeedback {
  return { baseSequence, arrivals, referenceTime, feedbackCount: 0 };
}

function sentPackets(count: number, intervalUs = 1000): SentPackets {
  const packets = new SentPackets();
  for (let number = 0; number < count; number++) packets.sent(1000 + (number % 100), 0, number * intervalUs);
  return packets;
}

test('numbers follow each other and wrap', () => {
  const packets = new SentPackets();
  const numbers = Array.from({ length: 65_538 }, (_, number) => packets.sent(1, 0, number));
  assert.deepEqual([numbers[0], numbers[1], numbers[65_535], numbers[65_536]], [0, 1, 65_535, 0]);
});

test('a report tells when each packet was sent, when it arrived, and its size', () => {
  const packets = sentPackets(10);
  const rest = { wasLost: false, isUnreported: false, probe: 0 };
  assert.deepEqual(packets.onFeedback(feedback(0, [5000, undefined])), [
    { sentUs: 0, arrivedUs: 6_405_000, bytes: 1000, ...rest },
    { sentUs: 1000, arrivedUs: undefined, bytes: 1001, ...rest },
  ]);
});

test('a packet arrives once, also when the report is repeated', () => {
  const packets = sentPackets(10);
  assert.equal(packets.onFeedback(feedback(0, [0, 0, undefined])).length, 3);
  assert.deepEqual(packets.onFeedback(feedback(0, [0, 0, undefined])), []);
  assert.deepEqual(
    packets.onFeedback(feedback(0, [undefined, undefined])),
    [],
    'what arrived is not lost later',
  );
});

test('a packet that was reported as lost may arrive after all', () => {
  const packets = sentPackets(10);
  packets.onFeedback(feedback(0, [undefined]));
  const [late] = packets.onFeedback(feedback(0, [250]));
  assert.deepEqual([late?.wasLost, late?.arrivedUs], [true, 6_400_250]);
});

test('packets that no report names, because it got lost, are neither lost nor arrived', () => {
  const packets = sentPackets(10);
  packets.onFeedback(feedback(0, [0]));
  const results = packets.onFeedback(feedback(3, [0]));
  assert.deepEqual(
    results.map(({ sentUs, isUnreported }) => [sentUs, isUnreported]),
    [
      [1000, true],
      [2000, true],
      [3000, false],
    ],
  );
  assert.deepEqual(packets.onFeedback(feedback(1, [undefined, undefined])), [], 'not lost by a late report');
  assert.equal(packets.onFeedback(feedback(1, [0]))[0]?.arrivedUs, 6_400_000, 'it may arrive after all');
});

test('packets that were not sent, or long ago, cannot arrive', () => {
  const packets = sentPackets(300, 1_000_000);
  assert.deepEqual(packets.onFeedback(feedback(299, [0, 0])), [], 'one of them not yet sent');
  assert.deepEqual(packets.onFeedback(feedback(40_000, [0])), [], 'never sent');
  assert.deepEqual(packets.onFeedback(feedback(43, [0])), [], 'overwritten');
  assert.equal(packets.onFeedback(feedback(44, [0])).length, 1);
  assert.deepEqual(packets.onFeedback(feedback(65_530, [0, 0])), [], 'before the first');
});

test('two seconds of packets are kept, however many they are', () => {
  const packets = sentPackets(20_000, 100);
  const results = packets.onFeedback(
    feedback(
      0,
      Array.from({ length: 20_000 }, () => 0),
    ),
  );
  assert.equal(results.length, 20_000);
  assert.equal(results[5]?.sentUs, 500);
  const slow = sentPackets(20_000, 1_000_000);
  assert.equal(
    slow.onFeedback(
      feedback(
        0,
        Array.from({ length: 20_000 }, () => 0),
      ),
    ).length,
    256,
  );
});

test('a report across the wrap of numbers and one across the wrap of the reference time are read', () => {
  const packets = sentPackets(65_540, 100);
  packets.onFeedback(feedback(65_533, [0], 0xff_ffff));
  const results = packets.onFeedback(feedback(65_534, [0, 0, 0, 0], 0xff_ffff));
  assert.deepEqual(
    results.map(({ sentUs }) => sentUs),
    [6_553_400, 6_553_500, 6_553_600, 6_553_700],
  );
  const [later] = packets.onFeedback(feedback(2, [0], 0));
  assert.equal(Number(later?.arrivedUs) - Number(results[0]?.arrivedUs), 64_000);
});
