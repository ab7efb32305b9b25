/**
 * The estimate over simulated lines, in virtual time: one camera at 25 fps and 0.95 Mbit/s, its keyframes, the pacer,
 * and feedback. The same random numbers in each run: VIGIE_TEST_SEED tries others.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSequence } from '../../../server/virtual-camera/scene-palette.ts';
import type { LinkSettings } from '../../support/simulated-link.ts';
import { SimulatedViewer, type Second, type ViewerOptions } from '../../support/simulated-viewer.ts';

/** The camera's full rate, with headers, fits. */
const ENOUGH_BPS = 1_150_000;

function viewer(link: Partial<LinkSettings>, options: ViewerOptions = {}): [SimulatedViewer, string] {
  const seed = Number(process.env['VIGIE_TEST_SEED'] ?? 1);
  return [new SimulatedViewer(randomSequence(seed), link, options), `VIGIE_TEST_SEED=${seed}`];
}

function mean(seconds: readonly Second[], of: (second: Second) => number): number {
  return seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length;
}

/** @returns the least target of the seconds from `from` on */
function least(seconds: readonly Second[], from: number): number {
  return Math.min(...seconds.slice(from).map(({ targetBps }) => targetBps));
}

test('a wide line is known within a second, and what is sent never waits', () => {
  const [wide, label] = viewer({ rateBps: 5_000_000 });
  wide.run(20);
  assert.ok(least(wide.seconds, 0) > 2 * ENOUGH_BPS, label);
  assert.ok(mean(wide.last(15), ({ meanQueueMs }) => meanQueueMs) < 10, label);
});

for (const kbps of [1500, 700, 500, 300, 100]) {
  test(`a line of ${kbps} kbit/s is used, and not overrun after three seconds`, () => {
    const [narrow, label] = viewer({ rateBps: kbps * 1000 }, { fullBps: 3_800_000 });
    narrow.estimator.wantedBps = 5_000_000;
    narrow.run(30);
    const steady = narrow.seconds.slice(3);
    // At 100 kbit/s a packet is a tenth of a second.
    const most = kbps === 100 ? 1.25 : 1.2;
    for (const { sentBps } of steady) assert.ok(sentBps <= most * kbps * 1000, `${sentBps} ${label}`);
    const overrun = steady.filter(({ sentBps }) => sentBps > 1.1 * kbps * 1000);
    assert.ok(overrun.length <= 1, label);
    assert.ok(mean(steady, ({ sentBps }) => sentBps) > 0.75 * kbps * 1000, label);
    // A packet of 1200 bytes takes 96 ms at 100 kbit/s.
    assert.ok(mean(steady, ({ meanQueueMs }) => meanQueueMs) < (kbps === 100 ? 60 : 35), label);
  });
}

test('when a line narrows, less is sent within a second, and when it widens, more within five', () => {
  const [changing, label] = viewer({ rateBps: 5_000_000 });
  changing.run(6);
  changing.link.settings.rateBps = 300_000;
  changing.run(25);
  assert.ok((changing.seconds[6]?.targetBps ?? 0) < 330_000, label);
  assert.ok((changing.seconds[6]?.lost ?? 0) < 60, label);
  assert.ok(least(changing.last(24), 0) > 180_000, label);
  assert.ok(mean(changing.last(22), ({ sentBps }) => sentBps) > 0.75 * 300_000, label);
  changing.link.settings.rateBps = 5_000_000;
  changing.run(6);
  assert.ok(least(changing.last(1), 0) > ENOUGH_BPS, label);
});

for (const [share, burst] of [
  [0.1, 1],
  [0.2, 1],
  [0.1, 3.3],
] as const) {
  test(`losses of ${share * 100} % at random, ${burst} in a row, lower nothing`, () => {
    const [lossy, label] = viewer({ rateBps: 5_000_000, loss: share, lossBurst: burst });
    lossy.run(120);
    assert.ok(least(lossy.seconds, 8) > ENOUGH_BPS, label);
  });
}

test('losses at random on a narrow line leave its rate', () => {
  const [lossy, label] = viewer({ rateBps: 700_000, loss: 0.1 });
  lossy.run(40);
  assert.ok(mean(lossy.last(35), ({ sentBps }) => sentBps) > 0.75 * 700_000, label);
});

test('a round trip of 400 ms lowers nothing', () => {
  const [far, label] = viewer({ rateBps: 5_000_000, delayMs: 200 });
  far.run(20);
  assert.ok(least(far.seconds, 1) > ENOUGH_BPS, label);
});

for (const [delayMs, fullBps] of [
  [100, 950_000],
  [200, 950_000],
  [200, 200_000],
] as const) {
  test(`a way that becomes ${delayMs} ms longer, with 5 % of losses, lowers ${fullBps / 1000} kbit/s for two seconds at most`, () => {
    const [far, label] = viewer({ rateBps: 5_000_000 }, { fullBps });
    far.run(6);
    const before = least(far.last(1), 0);
    Object.assign(far.link.settings, { delayMs: 10 + delayMs, loss: 0.05 });
    far.run(20);
    assert.ok(least(far.last(18), 0) > 0.9 * before, label);
  });
}

for (const reorder of [true, false]) {
  test(`jitter of 30 ms, ${reorder ? 'reordered' : 'in order'}, lowers nothing`, () => {
    const [jittery, label] = viewer({ rateBps: 5_000_000, jitterMs: 30, reorder });
    jittery.run(40);
    assert.ok(least(jittery.seconds, 4) > ENOUGH_BPS, label);
  });
}

test('a way that becomes 20 ms longer at least, with jitter of 30 ms, lowers nothing for long', () => {
  const low = [1, 2, 3, 4, 5, 6].flatMap((seed) => {
    const jittery = new SimulatedViewer(randomSequence(seed), { rateBps: 5_000_000, delayMs: 1 });
    jittery.run(6);
    Object.assign(jittery.link.settings, { delayMs: 21, jitterMs: 30, reorder: true });
    jittery.run(30);
    return jittery.last(27).filter(({ targetBps }) => targetBps < ENOUGH_BPS);
  });
  assert.ok(low.length < 10, `${low.length} of 162 seconds`);
});

test('a wireless link that stands still for 150 ms each second lowers nothing', () => {
  const [stalling, label] = viewer({ rateBps: 5_000_000, stallEveryMs: 1000, stallMs: 150 });
  stalling.run(40);
  assert.ok(least(stalling.seconds, 4) > ENOUGH_BPS, label);
});

for (const drift of [200, -200]) {
  test(`a clock of the viewer's that is wrong by ${drift} per million changes nothing`, () => {
    const [drifting, label] = viewer({ rateBps: 5_000_000 }, { drift });
    drifting.run(60);
    assert.ok(least(drifting.seconds, 1) > ENOUGH_BPS, label);
    const [narrow, narrowLabel] = viewer({ rateBps: 500_000 }, { drift });
    narrow.run(40);
    assert.ok(mean(narrow.last(30), ({ meanQueueMs }) => meanQueueMs) < 40, narrowLabel);
    assert.ok(mean(narrow.last(30), ({ sentBps }) => sentBps) > 0.75 * 500_000, narrowLabel);
  });
}

test('half of the feedback may get lost', () => {
  const [wide, label] = viewer({ rateBps: 5_000_000 }, { feedbackLoss: 0.5 });
  wide.run(40);
  assert.ok(least(wide.seconds, 3) > ENOUGH_BPS, label);
  const [narrow, narrowLabel] = viewer({ rateBps: 700_000 }, { feedbackLoss: 0.5 });
  narrow.run(40);
  assert.ok(mean(narrow.last(35), ({ sentBps }) => sentBps) < 1.05 * 700_000, narrowLabel);
  assert.ok(mean(narrow.last(35), ({ sentBps }) => sentBps) > 0.6 * 700_000, narrowLabel);
});

test('without feedback ever less is sent', () => {
  const [silent, label] = viewer({ rateBps: 5_000_000 }, {});
  silent.run(3);
  silent.feedbackLoss = 1;
  silent.run(6);
  assert.ok(least(silent.last(1), 0) < 300_000, label);
});

test('a policer, which drops what is too much without a queue, is found by its losses', () => {
  const [policed, label] = viewer({ rateBps: 600_000, queueMs: 200, isPolicer: true });
  policed.run(60);
  const steady = policed.last(55);
  assert.ok(mean(steady, ({ sentBps }) => sentBps) < 1.1 * 600_000, label);
  assert.ok(mean(steady, ({ arrivedBps }) => arrivedBps) > 0.7 * 600_000, label);
});

for (const queueMs of [100, 300]) {
  test(`beside a flow of TCP that fills a queue of ${queueMs} ms, some of the line is left to the video`, () => {
    const [shared, label] = viewer({ rateBps: 2_000_000, queueMs });
    shared.run(8);
    const tcp = shared.startTcp();
    shared.run(40);
    const ours = mean(shared.last(30), ({ arrivedBps }) => arrivedBps);
    assert.ok(ours > 250_000, `${ours} ${label}`);
    assert.ok((tcp.arrivedBytes * 8) / 40 > 400_000, label);
    shared.tcp = undefined;
    shared.run(10);
    assert.ok(least(shared.last(1), 0) > ENOUGH_BPS, label);
  });
}

test('a camera of one frame a second keeps its estimate', () => {
  const [slow, label] = viewer({ rateBps: 5_000_000 }, { fullBps: 200_000, frameUs: 1_000_000 });
  slow.run(60);
  assert.ok(least(slow.seconds, 5) > 300_000, label);
});

test('another path is another line', () => {
  const [moving, label] = viewer({ rateBps: 300_000 });
  moving.run(10);
  moving.link.settings.rateBps = 5_000_000;
  moving.restart();
  moving.run(2);
  assert.ok(least(moving.last(1), 0) > ENOUGH_BPS, label);
});

/** No random number is above another. */
const evenly = (): number => 0.5;
const targets = (of: SimulatedViewer): number[] => of.last(10).map(({ targetBps }) => targetBps);

test('after a change of path the estimate is that of a viewer who began on the new path', () => {
  const far = { rateBps: 900_000, delayMs: 250 };
  const began = new SimulatedViewer(evenly, far).run(10);
  const moved = new SimulatedViewer(evenly, { rateBps: 5_000_000, delayMs: 10 }).run(10);
  Object.assign(moved.link.settings, far);
  moved.restart();
  moved.run(10);
  assert.deepEqual(targets(moved), targets(began));
});

test('packets waiting on this machine lower the estimate, once until that can show', () => {
  const [wide, label] = viewer({ rateBps: 5_000_000 });
  wide.run(3);
  const { estimator, nowUs } = wide;
  const before = estimator.targetBps(nowUs) ?? 0;
  estimator.onPathFull(20_000, nowUs);
  const lowered = estimator.targetBps(nowUs) ?? 0;
  assert.ok(lowered < before && estimator.mustFit, label);
  estimator.onPathFull(20_000, nowUs + 500_000);
  assert.equal(estimator.targetBps(nowUs), lowered, label);
  estimator.onPathFull(20_000, nowUs + 900_000);
  assert.ok((estimator.targetBps(nowUs) ?? 0) < lowered, label);
});
