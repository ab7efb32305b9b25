import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocate, type Allocation } from '../../../server/core/bandwidth/allocation.ts';
import { OFFERED_FRACTION, SteadyAllocation } from '../../../server/core/bandwidth/steady-allocation.ts';
import { rungsOf } from '../../../server/core/video/rungs.ts';
import type { ViewedCamera } from '../../../server/core/bandwidth/view-steps.ts';
import type { ShownView } from '../../../server/wire/shown-view.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const STEP_US = 100_000;

/** A camera of 640×480 alone on a line, whose estimate a test sets. */
class Rig {
  readonly steady = new SteadyAllocation();
  nowUs = 0;
  view: ShownView | undefined;
  /** Bitrates of the rungs, as other viewers hold them. */
  heldBps: ViewedCamera['heldBps'] = {};
  /** Changes of rung or limit: each costs a keyframe. */
  changes = 0;

  /** @returns the allocation after this time at this estimate */
  hold(seconds: number, targetBps: number | undefined): Allocation {
    let allocation: Allocation | undefined;
    for (let step = 0; step < seconds * 10; step++) allocation = this.step(targetBps);
    assert.ok(allocation);
    return allocation;
  }

  step(targetBps: number | undefined): Allocation {
    this.nowUs += STEP_US;
    const before = this.steady.allocation;
    const page = [{ rungs: rungsOf(640, 480, 25), heldBps: this.heldBps, view: this.view }];
    const [carried] = allocate(page, 'full', targetBps);
    const [offered] = allocate(page, 'full', targetBps && OFFERED_FRACTION * targetBps);
    assert.ok(carried && offered);
    const after = this.steady.update(carried, offered, targetBps, this.nowUs);
    if (before && (before.target.rung !== after.target.rung || before.limitBps !== after.limitBps))
      this.changes++;
    return after;
  }
}

test('a line that narrows is followed at once', () => {
  const rig = new Rig();
  assert.equal(rig.step(undefined).target.rung, 'full');
  assert.equal(rig.step(200_000).target.rung, 'small');
  assert.equal(rig.step(70_000).target.rung, 'tiny');
});

test('a line that widens has to stay wide for two seconds, one of twice the rate for one, and then gets all of it at once', () => {
  const rig = new Rig();
  rig.hold(5, 200_000);
  assert.equal(rig.hold(1.9, 390_000).target.rung, 'small');
  assert.equal(rig.hold(0.2, 390_000).target.rung, 'large');
  assert.equal(rig.hold(0.9, 3_000_000).target.rung, 'large');
  assert.deepEqual(rig.hold(0.2, 3_000_000), {
    target: { rung: 'full', maxTid: 2 },
    limitBps: undefined,
    wholeBps: 950_000,
    limitedBy: undefined,
  });
});

test('a dip while it waits makes it wait anew', () => {
  const rig = new Rig();
  rig.hold(5, 200_000);
  rig.hold(1.5, 3_000_000);
  rig.step(200_000);
  assert.equal(rig.hold(1.5, 3_000_000).target.rung, 'small');
});

test('raises that fail are tried ever more seldom', () => {
  const rig = new Rig();
  const raises: number[] = [];
  let good = 0;
  for (let second = 0; second < 300; second += 0.1) {
    const before = rig.steady.allocation?.target.rung;
    // A line that seems wide while little is sent.
    const isHigh = before === 'full';
    good = isHigh ? good + 1 : 0;
    const allocation = rig.step(isHigh && good > 20 ? 200_000 : 1_500_000);
    if (before === 'small' && allocation.target.rung === 'full') raises.push(second);
  }
  assert.ok(raises.length <= 8, String(raises));
  const waits = raises.slice(1).map((at, index) => at - (raises[index] ?? 0));
  assert.ok((waits.at(-1) ?? 0) > 50, String(waits));
});

test('an estimate that swings by a tenth changes nothing after the first seconds', () => {
  const rig = new Rig();
  const { random, label } = seededRandom();
  for (let step = 0; step < 100; step++) rig.step(500_000 * (0.9 + 0.1 * random()));
  const before = rig.changes;
  for (let step = 0; step < 3_000; step++) rig.step(500_000 * (0.91 + 0.09 * random()));
  assert.ok(rig.changes - before <= 1, `${label}: ${rig.changes - before}`);
});

test('a wish of the page waits for nothing if the line carries it', () => {
  const rig = new Rig();
  rig.view = { width: 300, height: 225 };
  assert.equal(rig.hold(5, 600_000).target.rung, 'small');
  const [larger] = allocate(
    [{ rungs: rungsOf(640, 480, 25), heldBps: {}, view: undefined }],
    'full',
    600_000,
  );
  assert.ok(larger);
  assert.equal(rig.steady.follow(larger).target.rung, 'full');
  rig.view = undefined;
  assert.equal(rig.hold(5, 600_000).target.rung, 'full', 'and it stays');
});

test('a rung’s bitrate rises by at most half at once, and falls as far as it must', () => {
  const rig = new Rig();
  const first = rig.hold(5, 560_000).limitBps ?? 0;
  const second = rig.hold(2.2, 2_000_000);
  assert.deepEqual([second.target.rung, second.limitBps, second.limitedBy], ['full', 1.5 * first, 'line']);
  assert.equal(rig.hold(2.2, 2_000_000).limitBps, undefined);
  assert.equal(rig.step(560_000).limitBps, first);
});

test('after another line, nothing that failed on the old one counts', () => {
  const rig = new Rig();
  for (let failure = 0; failure < 6; failure++) {
    rig.hold(40, 1_500_000);
    rig.hold(1, 200_000);
    rig.steady.update(rig.step(200_000), rig.step(200_000), 200_000, rig.nowUs);
  }
  rig.steady.restart();
  rig.hold(1, 200_000);
  assert.equal(rig.hold(2.2, 1_500_000).target.rung, 'full');
});

test('a raise that ends because others made the rung larger has not failed', () => {
  const rig = new Rig();
  for (let join = 0; join < 5; join++) {
    rig.heldBps = {};
    rig.hold(1, 200_000);
    assert.equal(rig.hold(2.2, 700_000).target.rung, 'full', `as soon as ever, after ${join} joins`);
    rig.heldBps = { full: 950_000 };
    assert.notEqual(rig.hold(1, 690_000).target.rung, 'full', 'it is too much now');
  }
});
