import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalRate } from '../../../server/core/rtp/arrival-rate.ts';
import { ViewerLine } from '../../../server/core/rtp/viewer-line.ts';

const SECOND_US = 1_000_000;
const PACKET_BYTES = 1_250;

/** A line whose estimate is a viewer's own, with 1 Mbit/s of video on it. @param isAtLimit it carries no more than that */
function lineOf(targetBps: number, isAtLimit: boolean): ViewerLine {
  const line = new ViewerLine();
  Object.defineProperty(line.bandwidth, 'isAtLimit', { value: isAtLimit });
  const media = new ArrivalRate();
  line.add(media, new ArrivalRate());
  for (const seconds of [0, 1]) {
    const packets = seconds * 100;
    const sent = { packets, bytes: packets * PACKET_BYTES };
    media.onReport({ highestSequence: packets, cumulativeLost: 0 }, sent, seconds * SECOND_US);
  }
  line.bandwidth.onRemb(targetBps, SECOND_US);
  line.follow(SECOND_US);
  return line;
}

test('on a full line, the video leaves the room that its repairs need', () => {
  const line = lineOf(1_400_000, true);
  assert.equal(line.videoBps, 1_400_000);
  line.correctionShare = 0.4;
  assert.equal(Math.round(line.videoBps ?? 0), 1_000_000);
  line.restart(SECOND_US);
  assert.equal(line.correctionShare, 0, 'of another line nothing is known');
});

test('an estimate that is no limit takes nothing from the video', () => {
  const line = lineOf(1_200_000, false);
  line.correctionShare = 0.4;
  assert.equal(line.videoBps, 1_200_000);
  assert.equal(line.spareShare(SECOND_US), Infinity);
});

test('repairs have what the video leaves, and nothing where it leaves nothing', () => {
  const shares = [1_400_000, 1_100_000, 900_000].map((bps) => lineOf(bps, true).spareShare(SECOND_US));
  assert.deepEqual(
    shares.map((share) => share.toFixed(2)),
    ['0.40', '0.10', '0.00'],
  );
});
