/** Tests the reach of false feedback: at most, the viewer itself is sent more, up to what its cameras need. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BandwidthEstimator } from '../../../server/core/bandwidth/estimator.ts';
import type { TransportFeedback } from '../../../server/core/rtp/transport-feedback.ts';
import { randomSequence } from '../../../server/virtual-camera/scene-palette.ts';

const PACKET_BYTES = 1218;
const ROUND_TRIP_US = 20_000;

type Claim = (from: number, count: number, nowUs: number) => TransportFeedback;

function feedback(
  baseSequence: number,
  arrivals: (number | undefined)[],
  nowUs: number,
  referenceTime = Math.floor(nowUs / 64_000),
): TransportFeedback {
  return {
    baseSequence: baseSequence & 0xffff,
    arrivals,
    referenceTime: referenceTime & 0xff_ffff,
    feedbackCount: 0,
  };
}

/** Sends 1 Mbit/s, and probes, to a viewer that claims this ten times a second. @returns targets, each 100 ms */
function watch(seconds: number, claim: Claim): (number | undefined)[] {
  const estimator = new BandwidthEstimator();
  const targets: (number | undefined)[] = [];
  let [sent, reported] = [0, 0];
  for (let nowUs = 1_000_000; nowUs < (1 + seconds) * 1_000_000; nowUs += 10_000) {
    const { id, bps, bytes } = estimator.probeDue(nowUs) ?? { id: 0, bps: 1, bytes: 0 };
    for (let part = 0; part < bytes; part += PACKET_BYTES, sent++)
      estimator.sent(PACKET_BYTES, id, nowUs + (part * 8_000_000) / bps);
    estimator.sent(PACKET_BYTES, 0, nowUs);
    sent++;
    if (nowUs % 100_000 !== 0) continue;
    estimator.onFeedback(claim(reported, sent - reported, nowUs), ROUND_TRIP_US, nowUs);
    reported = sent;
    targets.push(estimator.targetBps(nowUs));
  }
  return targets;
}

const MOST_BPS = 3 * 1_300_000;

const CLAIMS: [what: string, claim: Claim][] = [
  ['all arrived at one moment', (from, count, nowUs) => feedback(from, Array(count).fill(0), nowUs)],
  [
    'all arrived before it was sent',
    (from, count, nowUs) => feedback(from, Array(count).fill(-8_000_000), nowUs),
  ],
  [
    'times at random',
    (from, count, nowUs) => {
      const random = randomSequence(nowUs);
      return feedback(
        from,
        Array.from({ length: count }, () => Math.floor(random() * 16_000_000) - 8_000_000),
        nowUs,
        Math.floor(random() * 2 ** 24),
      );
    },
  ],
  ['numbers at random', (_from, count, nowUs) => feedback(nowUs * 7, Array(count).fill(0), nowUs)],
  ['the same again and again', (_from, _count, nowUs) => feedback(0, Array(10).fill(0), nowUs)],
  [
    'two thousand packets that nobody sent',
    (from, _count, nowUs) => feedback(from, Array(2048).fill(0), nowUs),
  ],
  ['all lost', (from, count, nowUs) => feedback(from, Array(count).fill(undefined), nowUs)],
];

for (const [what, claim] of CLAIMS) {
  test(`false feedback raises the estimate no further than what its cameras need: ${what}`, () => {
    for (const target of watch(20, claim))
      assert.ok(target === undefined || (target >= 30_000 && target <= MOST_BPS), String(target));
  });
}

test('feedback in a storm is looked at two hundred times a second at most', () => {
  const estimator = new BandwidthEstimator();
  let looked = 0;
  for (let number = 0; number < 1000; number++) estimator.sent(PACKET_BYTES, 0, 1_000_000 + number);
  for (let report = 0; report < 1000; report++) {
    const storm = feedback(report, [0], 1_100_000);
    Object.defineProperty(storm, 'baseSequence', { get: () => (looked++, report) });
    estimator.onFeedback(storm, ROUND_TRIP_US, 1_100_000 + report * 1000);
  }
  assert.ok(looked > 100 && looked <= 201, String(looked));
});

test('REMB counts where there is no transport-wide feedback, while it is fresh', () => {
  const estimator = new BandwidthEstimator();
  assert.equal(estimator.targetBps(0), undefined);
  estimator.onRemb(400_000, 0);
  assert.deepEqual([estimator.targetBps(1_000_000), estimator.targetBps(6_000_000)], [400_000, undefined]);
});

for (const [bps, taken] of [
  [0, 30_000],
  [1, 30_000],
  [400_000, 400_000],
  [0x3ffff * 2 ** 63, 3 * 1_300_000],
  [Infinity, 3 * 1_300_000],
  [NaN, undefined],
] as const) {
  test(`REMB of ${bps} bit/s counts as ${taken}`, () => {
    const estimator = new BandwidthEstimator();
    estimator.onRemb(bps, 0);
    assert.equal(estimator.targetBps(0), taken);
  });
}
