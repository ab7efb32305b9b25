import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalRate } from '../../../server/core/rtp/arrival-rate.ts';
import { ViewerLine } from '../../../server/core/rtp/viewer-line.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const PACKET_BYTES = 1000;
const STEP_US = 10_000;

/** One stream and its receiver's counts. */
class Stream {
  readonly rate = new ArrivalRate();
  sent = 0;
  arrived = 0;
  #highest = 0;
  #reported = false;

  /** @param arrives whether this packet does */
  send(arrives: boolean): void {
    this.sent++;
    if (!arrives) return;
    this.arrived++;
    this.#highest = this.sent;
    this.#reported = true;
  }

  report(nowUs: number): void {
    if (!this.#reported) return;
    const report = { highestSequence: this.#highest, cumulativeLost: this.#highest - this.arrived };
    this.rate.onReport(report, { packets: this.sent, bytes: this.sent * PACKET_BYTES }, nowUs);
  }
}

interface Outcome {
  /** Per second, over the last half of the time. */
  offeredBps: number;
  resentBps: number;
  refused: number;
}

/**
 * Frames at 1 Mbit/s; every lost packet is requested up to ten times, which is as many as Chromium does.
 *
 * @param carries whether the line carries a packet more
 */
function watch(seconds: number, carries: (nowUs: number) => boolean): Outcome {
  const line = new ViewerLine();
  const [media, repeats] = [new Stream(), new Stream()];
  line.add(media.rate, repeats.rate);
  let requests: number[] = [];
  let [offered, resent, refused] = [0, 0, 0];
  for (let nowUs = 0; nowUs < seconds * 1_000_000; nowUs += STEP_US) {
    const isCounted = nowUs > seconds * 500_000;
    const open = requests;
    requests = [];
    for (const times of open) {
      const mayResend = line.takeResend(PACKET_BYTES, nowUs);
      const arrives = mayResend && carries(nowUs);
      if (mayResend) repeats.send(arrives);
      if (isCounted) {
        if (mayResend) resent++;
        else refused++;
      }
      if (!arrives && times < 10) requests.push(times + 1);
    }
    for (let packet = 0; packet < (nowUs % (2 * STEP_US) === 0 ? 1 : 1.5); packet++) {
      const arrives = carries(nowUs);
      media.send(arrives);
      if (!arrives) requests.push(1);
      if (isCounted) offered++;
    }
    if (nowUs % 1_000_000 !== 0) continue;
    media.report(nowUs);
    repeats.report(nowUs);
  }
  const bps = (packets: number): number => (packets * PACKET_BYTES * 8) / (seconds / 2);
  return { offeredBps: bps(offered), resentBps: bps(resent), refused };
}

/** A line with a queue of 100 ms. */
function narrow(bps: number): (nowUs: number) => boolean {
  let freeUs = 0;
  return (nowUs) => {
    if (freeUs - nowUs > 100_000) return false;
    freeUs = Math.max(freeUs, nowUs) + (PACKET_BYTES * 8_000_000) / bps;
    return true;
  };
}

for (const loss of [0.05, 0.1, 0.2]) {
  test(`at ${loss * 100} % random loss, every lost packet is sent again as often as it is requested`, () => {
    const { random, label } = seededRandom();
    const { refused, resentBps, offeredBps } = watch(20, () => random() >= loss);
    assert.equal(refused, 0, label);
    assert.ok(resentBps < 1.6 * loss * offeredBps, label);
  });
}

for (const share of [0.7, 0.5, 0.3, 0.1]) {
  test(`on a line that carries ${share * 100} % of the video, only a share of that is sent again`, () => {
    const { offeredBps, resentBps } = watch(20, narrow(share * 1_200_000));
    assert.ok(resentBps <= 0.16 * share * 1_200_000 + 32_000, `${resentBps} of ${offeredBps}`);
  });
}

test('a line is narrow when much of what is sent does not arrive', () => {
  const line = new ViewerLine();
  const stream = new Stream();
  line.add(stream.rate, new ArrivalRate());
  const second = (at: number, arriving: number): boolean => {
    for (let packet = 0; packet < 100; packet++) stream.send(packet < arriving);
    // The newest packet shows how many are missing.
    stream.send(true);
    stream.report(at * 1_000_000);
    return line.isNarrow(at * 1_000_000);
  };
  assert.deepEqual(
    [second(1, 100), second(2, 100), second(3, 90), second(4, 60)],
    [false, false, false, true],
  );
  assert.equal(line.isNarrow(13_000_000), false, 'old figures say nothing');
});

test('the round trip is that of the last sender report', () => {
  const line = new ViewerLine();
  const before = line.roundTripUs;
  line.onReport(0, 0, 5_000_000);
  assert.equal(line.roundTripUs, before, 'no sender report has arrived there yet');
  line.onReport(0xffff_0000, 0x8000, 0);
  assert.equal(line.roundTripUs, 500_000, 'across the wrap');
  line.onReport(1, 0, 1 + 655_360);
  assert.equal(line.roundTripUs, 500_000, 'ten seconds and more are false');
});

test('a camera has one allowance of keyframes on a line, whoever consumes it', () => {
  const line = new ViewerLine();
  assert.equal(line.keyframesOf('door'), line.keyframesOf('door'));
  assert.notEqual(line.keyframesOf('door'), line.keyframesOf('porch'));
});

test('on another line nothing of the one before holds', () => {
  const line = new ViewerLine();
  const before = line.figures(0);
  line.onReport(0xffff_0000, 0x8000, 0);
  line.bandwidth.onRemb(300_000, 0);
  line.follow(0);
  assert.equal(line.targetBps, 300_000);
  line.restart(0);
  line.follow(0);
  assert.deepEqual([line.figures(0), line.targetBps], [before, undefined]);
});

test('the capacity of the line changes by two percent or more', () => {
  const line = new ViewerLine();
  const changes = [1_000_000, 1_010_000, 1_015_000, 1_020_000, 900_000].map((bps) => {
    line.bandwidth.onRemb(bps, 0);
    return [line.follow(0), line.targetBps];
  });
  assert.deepEqual(changes, [
    [true, 1_000_000],
    [false, 1_000_000],
    [false, 1_000_000],
    [true, 1_020_000],
    [true, 900_000],
  ]);
});

test('retransmissions take the room that the video leaves, and a share where it leaves none', () => {
  const line = new ViewerLine();
  const [media, repeats] = [new Stream(), new Stream()];
  line.add(media.rate, repeats.rate);
  for (let at = 0; at <= 2; at++) {
    for (let packet = 0; packet < 125; packet++) media.send(true);
    media.report(at * 1_000_000);
  }
  const resendBps = (targetBps: number): number => {
    line.bandwidth.onRemb(targetBps, 2_000_000);
    line.follow(2_000_000);
    return line.figures(2_000_000).resendBps;
  };
  assert.deepEqual(
    [resendBps(3_000_000), resendBps(1_000_000), resendBps(100_000)],
    [2_000_000, 150_000, 32_000],
  );
});

test('a whole that is larger than a burst is sent at once, and owed', () => {
  const line = new ViewerLine();
  const times: number[] = [];
  for (let ms = 0; ms < 20_000; ms += 200) if (line.takeWhole(96_000, ms * 1000)) times.push(ms);
  assert.equal(times[0], 0);
  // 256 kbit/s, before anything is known.
  assert.deepEqual(times.slice(0, 4), [0, 3000, 6000, 9000]);
});

test('the sums over many streams are made anew about fifty times a second at most, however much is requested', () => {
  let reads = 0;
  class CountedRate extends ArrivalRate {
    override at(nowUs: number): ReturnType<ArrivalRate['at']> {
      reads++;
      return super.at(nowUs);
    }
  }
  const line = new ViewerLine();
  for (let stream = 0; stream < 64; stream++) line.add(new CountedRate(), new CountedRate());
  for (let us = 0; us < 1_000_000; us += 100) line.takeResend(PACKET_BYTES, us);
  assert.ok(reads <= 51 * 128, String(reads));
});
