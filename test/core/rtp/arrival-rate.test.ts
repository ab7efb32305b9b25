import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalRate, type StreamRates } from '../../../server/core/rtp/arrival-rate.ts';

const PACKET_BYTES = 1200;

/** Reports at these times, each of a second in which `packets` were sent and all but `lost` arrived. */
function rated(seconds: { packets: number; lost?: number }[]): (StreamRates | undefined)[] {
  const rate = new ArrivalRate();
  let [packets, cumulativeLost] = [0, 0];
  const report = (atUs: number) => {
    const sent = { packets, bytes: packets * PACKET_BYTES };
    return rate.onReport({ highestSequence: packets, cumulativeLost }, sent, atUs);
  };
  report(0);
  return seconds.map((second, i) => {
    packets += second.packets;
    cumulativeLost += second.lost ?? 0;
    return report((i + 1) * 1_000_000);
  });
}

const isRated = (packets: number): boolean[] =>
  rated(Array.from({ length: 8 }, () => ({ packets }))).map((rates) => rates !== undefined);

test('the arrival rate is the sent rate times the share that the reports say', () => {
  const [rates] = rated([{ packets: 100, lost: 25 }]);
  assert.deepEqual(rates, { sentBps: 960_000, arrivedBps: 720_000 });
});

test('there is no figure before a hundred packets were sent, or four seconds have passed', () => {
  assert.deepEqual(isRated(100), [true, true, true, true, true, true, true, true]);
  assert.deepEqual(isRated(50), [false, true, false, true, false, true, false, true]);
  assert.deepEqual(isRated(5), [false, false, false, true, false, false, false, true]);
});

test('reports in quick succession give no figure, and after a long silence there is none', () => {
  const rate = new ArrivalRate();
  const report = (packets: number, atUs: number) =>
    rate.onReport(
      { highestSequence: packets, cumulativeLost: 0 },
      { packets, bytes: packets * PACKET_BYTES },
      atUs,
    );
  report(0, 0);
  assert.equal(report(200, 200_000), undefined);
  assert.notEqual(report(400, 300_000), undefined);
  assert.equal(report(800, 9_000_000), undefined);
});
