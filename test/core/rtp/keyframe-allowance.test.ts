import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyframeAllowance } from '../../../server/core/rtp/keyframe-allowance.ts';

const ROUND_TRIP_US = 40_000;

/**
 * A viewer on a hopeless line: it requests a keyframe every 200 ms, and gets each too damaged to decode.
 *
 * @returns when one was made, in ms
 */
function madeFor(isShared: boolean, seconds: number): number[] {
  const allowance = new KeyframeAllowance();
  const made: number[] = [];
  for (let ms = 0; ms < seconds * 1000; ms += 200) {
    allowance.request(ms * 1000, ROUND_TRIP_US);
    if (!allowance.take(ms * 1000, isShared)) continue;
    made.push(ms);
    allowance.sent(ms * 1000);
  }
  return made;
}

test('while others watch, a viewer causes one keyframe in ten seconds', () => {
  assert.deepEqual(madeFor(true, 31), [0, 10_000, 20_000, 30_000]);
});

test('alone, requests that follow each other are served ever more slowly', () => {
  const made = madeFor(false, 30);
  assert.deepEqual(made.slice(0, 6), [0, 400, 1000, 2200, 4600, 8600]);
});

test('after a calm time it begins anew', () => {
  const allowance = new KeyframeAllowance();
  const at = (ms: number): boolean => {
    allowance.request(ms * 1000, ROUND_TRIP_US);
    const isMade = allowance.take(ms * 1000, false);
    if (isMade) allowance.sent(ms * 1000);
    return isMade;
  };
  for (const ms of [0, 400, 1000, 2200]) at(ms);
  assert.deepEqual([at(3000), at(20_000), at(20_400)], [false, true, true]);
});

test('a request stays open until a keyframe was sent, whoever caused it', () => {
  const allowance = new KeyframeAllowance();
  allowance.request(0, ROUND_TRIP_US);
  assert.equal(allowance.take(0, true), true);
  assert.equal(allowance.isOpen, true, 'it is being made');
  allowance.sent(20_000);
  allowance.request(1_000_000, ROUND_TRIP_US);
  assert.equal(allowance.take(1_000_000, true), false);
  allowance.sent(2_000_000);
  assert.equal(allowance.take(20_000_000, true), false, 'another viewer’s served it');
});

test('a request that has crossed the keyframe is for nothing', () => {
  const allowance = new KeyframeAllowance();
  allowance.sent(0);
  allowance.request(ROUND_TRIP_US, ROUND_TRIP_US);
  assert.equal(allowance.isOpen, false);
  allowance.need();
  assert.equal(allowance.isOpen, true, 'what the server itself has skipped crosses nothing');
  allowance.sent(0);
  allowance.request(300_000, ROUND_TRIP_US);
  assert.equal(allowance.isOpen, true);
});

test('joining again and again gets a keyframe at once four times, then one in ten seconds', () => {
  const allowance = new KeyframeAllowance();
  const atOnce = Array.from({ length: 100 }, (_, i) => allowance.join(i * 100_000)).filter(Boolean);
  assert.equal(atOnce.length, 4);
  assert.equal(allowance.isOpen, true, 'the others wait for the next one');
  assert.equal(allowance.join(30_000_000), true);
  assert.equal(allowance.isOpen, false);
});

/** The path is full again and again. @returns when a keyframe was made, in ms */
function madeAfterSkips(isShared: boolean): number[] {
  const allowance = new KeyframeAllowance();
  const made: number[] = [];
  for (let ms = 0; ms < 12_000; ms += 100) {
    allowance.need();
    if (!allowance.take(ms * 1000, isShared)) continue;
    made.push(ms);
    allowance.sent(ms * 1000);
  }
  return made;
}

test('a viewer who watches alone gets a keyframe soon each time its path was full, and others pay for few', () => {
  assert.deepEqual(madeAfterSkips(false).slice(0, 5), [0, 300, 600, 900, 1200]);
  assert.equal(madeAfterSkips(false).length, 40);
  assert.deepEqual(madeAfterSkips(true), [0, 10_000]);
});

test('keyframes for what was skipped do not slow down the answer to a request', () => {
  const allowance = new KeyframeAllowance();
  for (let ms = 0; ms < 3_000; ms += 300) {
    allowance.need();
    assert.equal(allowance.take(ms * 1000, false), true);
    allowance.sent(ms * 1000);
  }
  allowance.request(3_300_000, ROUND_TRIP_US);
  assert.equal(allowance.take(3_300_000, false), true);
});

test('a keyframe is being made from when it is granted until it is sent', () => {
  const allowance = new KeyframeAllowance();
  assert.equal(allowance.isBeingMade, false);
  allowance.join(0);
  assert.equal(allowance.isBeingMade, true);
  allowance.sent(1);
  const states = [1_000_000, 2_000_000].map((nowUs) => {
    allowance.request(nowUs, ROUND_TRIP_US);
    const isGranted = allowance.take(nowUs, true);
    const { isOpen, isBeingMade } = allowance;
    allowance.sent(nowUs + 1);
    return { isGranted, isOpen, isBeingMade, isBeingMadeAfter: allowance.isBeingMade };
  });
  assert.deepEqual(states, [
    { isGranted: true, isOpen: true, isBeingMade: true, isBeingMadeAfter: false },
    { isGranted: false, isOpen: true, isBeingMade: false, isBeingMadeAfter: false },
  ]);
});
