import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PASSES, TailRepeats, type TailLine } from '../../../server/core/rtp/tail-repeats.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const ROUND_TRIP_US = 40_000;
const TICK_US = 200_000;
const LINE: TailLine = { isRated: false, mayRepeat: () => true };
const SPENT: TailLine = { isRated: false, mayRepeat: () => false };

/** Ticks until something is repeated. @returns what, and when; undefined when nothing is for a minute */
function untilDue(tail: TailRepeats, fromUs: number): { nowUs: number; repeated: number[] } | undefined {
  for (let nowUs = fromUs; nowUs < fromUs + 60_000_000; nowUs += TICK_US) {
    const repeated = tail.due(nowUs, LINE);
    if (repeated.length > 0) return { nowUs, repeated };
  }
  return undefined;
}

/** A keyframe of three packets, which ends with the given number. */
function keyframe(tail: TailRepeats, last: number, nowUs: number): void {
  for (const before of [2, 1, 0]) tail.sent((last - before + 65_536) % 65_536, before === 2, nowUs);
}

test('before any report the whole tail is repeated soon, then ever more slowly, and not for ever', () => {
  const tail = new TailRepeats();
  keyframe(tail, 1, 0);
  const passes: number[] = [];
  for (let nowUs = 0; ;) {
    const due = untilDue(tail, nowUs);
    if (!due) break;
    passes.push(due.nowUs);
    assert.deepEqual(due.repeated, [65_535, 0, 1]);
    nowUs = due.nowUs + TICK_US;
  }
  assert.equal(passes.length, MAX_PASSES);
  assert.equal(passes[0], 200_000);
  const gaps = passes.map((us, i) => us - (passes[i - 1] ?? 0));
  assert.ok(
    gaps.every((gap, i) => gap >= (gaps[i - 1] ?? 0)),
    gaps.join(),
  );
});

test('packets that a report covers are not repeated; only those after it are', () => {
  const tail = new TailRepeats();
  keyframe(tail, 12, 0);
  tail.onReport({ highestSequence: 0x1_000c, cumulativeLost: 0 }, 300_000, ROUND_TRIP_US);
  assert.equal(untilDue(tail, 300_000), undefined);
  for (const number of [13, 14, 15]) tail.sent(number, false, 1_000_000);
  tail.onReport({ highestSequence: 0x1_000d, cumulativeLost: 0 }, 1_300_000, ROUND_TRIP_US);
  assert.deepEqual(tail.due(1_300_000, LINE), [14, 15], 'the report came late enough to know');
});

test('a report that left before the tail arrived says nothing of it', () => {
  const tail = new TailRepeats();
  tail.sent(1, true, 0);
  tail.onReport({ highestSequence: 1, cumulativeLost: 0 }, 500_000, ROUND_TRIP_US);
  tail.sent(2, false, 1_000_000);
  tail.onReport({ highestSequence: 1, cumulativeLost: 0 }, 1_000_000 + ROUND_TRIP_US, ROUND_TRIP_US);
  assert.deepEqual(tail.due(1_200_000, LINE), []);
  assert.deepEqual(untilDue(tail, 1_200_000)?.repeated, [2], 'without a later report, in time');
});

test('a report on the repeated packets covers the tail, unless one of them was lost', () => {
  const tail = new TailRepeats();
  keyframe(tail, 12, 0);
  tail.onReport({ highestSequence: 9, cumulativeLost: 0 }, 100_000, ROUND_TRIP_US);
  assert.equal(tail.due(200_000, LINE).length, 3);
  tail.repeated(102);
  tail.onReport({ highestSequence: 9, cumulativeLost: 0 }, 600_000, ROUND_TRIP_US);
  tail.onRepeatsReport({ highestSequence: 102, cumulativeLost: 1 });
  assert.equal(tail.due(600_000, LINE).length, 3);
  tail.repeated(105);
  tail.onReport({ highestSequence: 9, cumulativeLost: 0 }, 1_600_000, ROUND_TRIP_US);
  tail.onRepeatsReport({ highestSequence: 105, cumulativeLost: 1 });
  assert.equal(untilDue(tail, 1_600_000), undefined);
});

test('with the next keyframe everything before it is forgotten', () => {
  const tail = new TailRepeats();
  keyframe(tail, 12, 0);
  tail.sent(13, false, 100_000);
  keyframe(tail, 16, 200_000);
  assert.deepEqual(tail.due(500_000, LINE), [14, 15, 16]);
});

/** Packets of a viewer on a lossy line who sends a report once a second, which is lost as often. */
function picturesThatArrive(loss: number, random: () => number, repeats: boolean): boolean {
  const tail = new TailRepeats();
  const arrived = new Set<number>();
  const stream = { highest: -1 };
  const retransmitted = { next: 100, highest: -1, received: 0, first: -1 };
  for (const number of [1, 2, 3]) {
    tail.sent(number, number === 1, 0);
    if (random() < loss) continue;
    arrived.add(number);
    stream.highest = number;
  }
  for (let nowUs = TICK_US; nowUs < (repeats ? 30_000_000 : 0); nowUs += TICK_US) {
    let last: number | undefined;
    for (const number of tail.due(nowUs, LINE)) {
      last = retransmitted.next++;
      if (random() < loss) continue;
      arrived.add(number);
      if (retransmitted.first < 0) retransmitted.first = last;
      retransmitted.highest = last;
      retransmitted.received++;
    }
    if (last !== undefined) tail.repeated(last);
    if (nowUs % 1_000_000 !== 0 || random() < loss) continue;
    if (stream.highest >= 0)
      tail.onReport({ highestSequence: stream.highest, cumulativeLost: 0 }, nowUs, ROUND_TRIP_US);
    const { highest, first, received } = retransmitted;
    if (highest >= 0)
      tail.onRepeatsReport({ highestSequence: highest, cumulativeLost: highest - first + 1 - received });
  }
  // A gap in front of what arrived is for the viewer to ask for.
  return arrived.has(3);
}

test('on a line that loses a third, the last packet arrives nearly always; without repeats a third of them never do', () => {
  const { random, label } = seededRandom();
  const runs = (repeats: boolean): number =>
    Array.from({ length: 400 }, () => picturesThatArrive(1 / 3, random, repeats)).filter(Boolean).length;
  assert.ok(runs(true) >= 396, label);
  assert.ok(runs(false) < 320, label);
});

/**
 * A camera of one frame a second, a minute long: a keyframe of 21 packets, then frames of 8.
 *
 * @param highestOf what the viewer reports as having arrived, five times a second
 * @returns the packets that were repeated
 */
function repeatedInAMinute(
  line: TailLine,
  highestOf: (nowUs: number, last: number) => number | undefined,
): number {
  const tail = new TailRepeats();
  let [last, repeated] = [0, 0];
  for (let nowUs = 0; nowUs < 60_000_000; nowUs += TICK_US) {
    if (nowUs % 1_000_000 === 0)
      for (let packet = 0; packet < (nowUs === 0 ? 21 : 8); packet++)
        tail.sent(++last, nowUs === 0 && packet === 0, nowUs);
    const highestSequence = highestOf(nowUs, last);
    if (highestSequence !== undefined)
      tail.onReport({ highestSequence, cumulativeLost: 0 }, nowUs, ROUND_TRIP_US);
    const due = tail.due(nowUs, line);
    repeated += due.length;
    if (due.length > 0) tail.repeated(repeated);
  }
  return repeated;
}

test('to a viewer that sends no reports a tail is repeated a few times, however many frames follow', () => {
  const repeated = repeatedInAMinute(LINE, () => undefined);
  assert.ok(repeated > 0 && repeated <= MAX_PASSES * (21 + 8 * MAX_PASSES), String(repeated));
});

test('after the first time a tail is only repeated as the line allows, whatever the reports say', () => {
  const repeated = repeatedInAMinute(SPENT, (nowUs) => nowUs / TICK_US);
  assert.ok(repeated > 0 && repeated <= 256, String(repeated));
  const allowed = repeatedInAMinute(LINE, (nowUs) => nowUs / TICK_US);
  assert.ok(allowed > 1000, String(allowed));
});

test('a pass that the line does not allow yet comes when it does', () => {
  const tail = new TailRepeats();
  keyframe(tail, 12, 0);
  assert.equal(tail.due(200_000, SPENT).length, 3, 'the first one is free');
  for (let nowUs = 400_000; nowUs < 3_000_000; nowUs += TICK_US) assert.deepEqual(tail.due(nowUs, SPENT), []);
  assert.deepEqual(tail.due(3_000_000, LINE), [10, 11, 12]);
});

function firstWaitUs(packets: number, isRated: boolean): number {
  const tail = new TailRepeats();
  for (let packet = 0; packet < packets; packet++) tail.sent(packet, packet === 0, 0);
  let nowUs = 0;
  while (tail.due(nowUs, { ...LINE, isRated }).length === 0) nowUs += TICK_US;
  return nowUs;
}

test('before the first report a tail waits as long as a slow line needs for it, and a second on a line in use', () => {
  assert.deepEqual(
    [firstWaitUs(3, false), firstWaitUs(20, false), firstWaitUs(200, false), firstWaitUs(3, true)],
    [200_000, 800_000, 1_000_000, 1_000_000],
  );
});

test('a report about packets before the tail adds nothing to it', () => {
  const tail = new TailRepeats();
  tail.onReport({ highestSequence: 1, cumulativeLost: 0 }, 0, ROUND_TRIP_US);
  keyframe(tail, 5, 0);
  tail.onReport({ highestSequence: 1, cumulativeLost: 0 }, 1_000_000, ROUND_TRIP_US);
  keyframe(tail, 30, 1_000_000);
  tail.onReport({ highestSequence: 5, cumulativeLost: 0 }, 2_000_000, ROUND_TRIP_US);
  assert.deepEqual(tail.due(2_000_000, LINE), [28, 29, 30]);
});

test('however long a stream goes on without a keyframe, and without a report, its tail is repeated', () => {
  for (const length of [10_000, 40_000, 70_000, 110_000]) {
    const tail = new TailRepeats();
    for (let sent = 0; sent < length; sent++) tail.sent(sent & 0xffff, sent === 0, 0);
    assert.equal(tail.due(2_000_000, LINE).length, 256, String(length));
    tail.onReport({ highestSequence: length - 10, cumulativeLost: 0 }, 4_000_000, ROUND_TRIP_US);
    const missing = Array.from({ length: 9 }, (_, i) => (length - 9 + i) & 0xffff);
    assert.deepEqual(tail.due(4_000_000, LINE), missing);
    // The viewer reports nothing more.
    for (let sent = length; sent < length + 40_000; sent++) tail.sent(sent & 0xffff, false, 5_000_000);
    assert.equal(tail.due(60_000_000, LINE).length, 256, String(length));
  }
});
