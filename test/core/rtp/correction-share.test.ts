import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LossWindow } from '../../../server/core/rtp/loss-window.ts';
import { CorrectionShare } from '../../../server/core/rtp/correction-share.ts';

const SECOND_US = 1_000_000;
const LONG_US = 120_000;
const LITTLE_SHARE = 0.2;
const MUCH_SHARE = 0.4;

/** A viewer who reports once a second on 100 packets. */
class Reports {
  readonly correction = new CorrectionShare();
  readonly #window = new LossWindow();
  nowUs = 0;
  #highest = 1_000;
  #lost = 0;

  pass(seconds: number, lostPerSecond: number, roundTripUs = LONG_US): number {
    for (let i = 0; i < seconds; i++) {
      this.nowUs += SECOND_US;
      this.#highest += 100;
      this.#lost += lostPerSecond;
      const report = { highestSequence: this.#highest, cumulativeLost: this.#lost };
      const losses = this.#window.add(report, roundTripUs, this.nowUs);
      if (losses) this.correction.onLosses(losses, this.nowUs);
    }
    return this.correction.share;
  }
}

test('a line without losses carries none', () => {
  assert.equal(new Reports().pass(30, 0), 0);
});

test('few losses need little, many much, from the second report on', () => {
  assert.equal(new Reports().pass(2, 1), LITTLE_SHARE);
  assert.equal(new Reports().pass(2, 5), MUCH_SHARE);
  assert.equal(new Reports().pass(2, 10), 0.6);
});

test('if a retransmission is quick, no repair packet is needed', () => {
  assert.equal(new Reports().pass(10, 5, 30_000), 0);
});

test('a way that becomes long, and loses packets, has it after three reports', () => {
  const reports = new Reports();
  reports.pass(10, 0, 5_000);
  assert.equal(reports.pass(2, 5, 200_000), 0);
  assert.equal(reports.pass(1, 5, 200_000), MUCH_SHARE);
});

test('a line that loses packets now and then goes on with it', () => {
  const reports = new Reports();
  reports.pass(3, 5);
  for (let i = 0; i < 20; i++) {
    assert.equal(reports.pass(7, 0), MUCH_SHARE);
    assert.equal(reports.pass(2, 5), MUCH_SHARE);
  }
});

test('losses about as many as a limit do not change it all the time', () => {
  const reports = new Reports();
  reports.pass(5, 9);
  for (let i = 0; i < 20; i++) {
    assert.equal(reports.pass(5, 6), 0.6);
    assert.equal(reports.pass(5, 9), 0.6);
  }
  assert.equal(reports.pass(25, 5), MUCH_SHARE);
});

test('it ends after a while without losses', () => {
  const reports = new Reports();
  reports.pass(3, 5);
  assert.equal(reports.pass(10, 0), MUCH_SHARE);
  assert.equal(reports.pass(20, 0), 0);
});

test('a queue that makes some round trips long is no reason for it', () => {
  const reports = new Reports();
  for (let i = 0; i < 10; i++) {
    assert.equal(reports.pass(1, 5, 20_000), 0);
    assert.equal(reports.pass(2, 5, 200_000), 0);
  }
});

test('a round trip about as long as the limit does not turn it on and off', () => {
  const reports = new Reports();
  reports.pass(5, 5, 55_000);
  for (let i = 0; i < 20; i++) {
    assert.equal(reports.pass(2, 5, 45_000), MUCH_SHARE);
    assert.equal(reports.pass(2, 5, 55_000), MUCH_SHARE);
  }
});

test('reports at every moment, and of nonsense, say nothing', () => {
  const window = new LossWindow();
  const losses = Array.from({ length: 10_000 }, (_, i) =>
    window.add({ highestSequence: (i * 977) % 65_536, cumulativeLost: -i }, LONG_US, i * 10),
  );
  assert.ok(losses.every((each) => each === undefined));
});
