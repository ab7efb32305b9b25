import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playlist } from '../../../client/recordings/playlist.ts';
import { correction, nextMomentOf, StepClock } from '../../../client/recordings/step-clock.ts';
import type { RecordedSegment } from '../../../server/wire/recording.ts';

const segment = (startMs: number, endMs: number): RecordedSegment => ({
  id: `rec_${startMs}`,
  startMs,
  endMs,
  bytes: 1,
  width: 640,
  height: 480,
  protected: false,
  open: false,
});

test('the clock runs with real time at its speed, and stops while it is paused or held', () => {
  const clock = new StepClock(1_000_000, 50);
  assert.equal(clock.momentMs(5_050), 1_000_000);
  clock.setPlaying(true, 5_050);
  assert.equal(clock.momentMs(6_050), 1_001_000);
  clock.setSpeed(4, 6_050);
  assert.equal(clock.momentMs(7_050), 1_005_000);
  clock.hold(true, 7_050);
  clock.hold(true, 7_500);
  assert.equal(clock.momentMs(9_000), 1_005_000);
  assert.equal(clock.playing, true, 'held is not paused');
  clock.hold(false, 9_000);
  clock.setSpeed(0.5, 9_000);
  assert.equal(clock.momentMs(10_000), 1_005_500);
  clock.seek(2_000_000, 10_000);
  clock.setPlaying(false, 10_100);
  assert.deepEqual([clock.momentMs(99_000), clock.playing], [2_000_050, false]);
});

test('a player far off jumps; one close by plays slightly faster or slower', () => {
  assert.deepEqual(correction(0, 1), { jump: false, rate: 1 });
  assert.deepEqual(correction(30, 2), { jump: false, rate: 2 });
  assert.deepEqual(correction(401, 1), { jump: true, rate: 1 });
  assert.deepEqual(correction(-401, 1), { jump: true, rate: 1 });
  assert.equal(correction(-1_000, 4).jump, false, 'at four times the speed that is nearer than it seems');
  for (const speed of [0.5, 1, 4, 8]) {
    for (let driftMs = -400; driftMs <= 400; driftMs += 10) {
      const { rate } = correction(driftMs, speed);
      assert.ok(rate >= 0.75 * speed && rate <= 1.25 * speed);
      assert.ok(Math.sign(speed - rate) === (Math.abs(driftMs) <= 30 ? 0 : Math.sign(driftMs)), `${driftMs}`);
    }
  }
});

/** A player that obeys, but whose own clock is wrong by `error`. */
function followedFor(seconds: number, startDriftMs: number, speed: number, error: number): number {
  const clock = new StepClock(0, 0);
  clock.setSpeed(speed, 0);
  clock.setPlaying(true, 0);
  let shownMs = startDriftMs;
  for (let now = 0; now < seconds * 1000; now += 16) {
    const driftMs = shownMs - clock.momentMs(now);
    const { jump, rate } = correction(driftMs, speed);
    shownMs = jump ? clock.momentMs(now + 16) : shownMs + 16 * rate * (1 + error);
  }
  return shownMs - clock.momentMs(seconds * 1000);
}

test('a player gets into step within seconds and stays there, wherever it began', () => {
  for (const speed of [0.5, 1, 4])
    for (const startDriftMs of [-5_000, -380, -100, 0, 100, 380, 5_000])
      for (const error of [-0.005, 0, 0.005]) {
        const offMs = followedFor(12, startDriftMs, speed, error);
        assert.ok(Math.abs(offMs) <= 70 * Math.max(1, speed), `${startDriftMs} at ${speed}×: ${offMs} ms`);
      }
});

test('a gap of all players is skipped; while one has video, none skips', () => {
  const [door, yard] = [
    new Playlist([segment(100, 200), segment(500, 600)]),
    new Playlist([segment(300, 400)]),
  ];
  assert.equal(nextMomentOf([door, yard], 0), 100);
  assert.equal(nextMomentOf([door, yard], 150), 150);
  assert.equal(nextMomentOf([door, yard], 200), 300);
  assert.equal(nextMomentOf([door], 200), 500);
  assert.equal(nextMomentOf([door, yard], 600), undefined);
  assert.equal(nextMomentOf([], 0), undefined);
});
