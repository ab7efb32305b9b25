import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SiteClock, type ClockChange } from '../../server/core/site-clock.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-28T12:00:00Z');

/** A machine: how its three clocks go on is the test's business. */
class Machine {
  /** Counted from another moment than the wall clock, as server time may be. */
  serverUs = 5_000_000;
  wallMs = START_MS;
  uptimeMs = 90_000;
  readonly clock = new SiteClock(this.reading);
  readonly changes: ClockChange[] = [];

  get reading() {
    return { serverUs: this.serverUs, wallMs: this.wallMs, uptimeMs: this.uptimeMs };
  }

  /** Looks once a second, as it should. */
  runs(seconds: number, ppm = 0): void {
    for (let second = 0; second < seconds; second++) {
      this.serverUs += 1_000_000;
      this.uptimeMs += 1_000;
      this.wallMs += 1_000 * (1 + ppm / 1e6);
      this.looks();
    }
  }

  looks(): void {
    const change = this.clock.look(this.reading);
    if (change) this.changes.push(change);
  }

  sleeps(ms: number): void {
    this.uptimeMs += ms;
    this.wallMs += ms;
  }
}

suite('the site’s clock', () => {
  test('dates moments by the wall clock, and back', () => {
    const machine = new Machine();
    assert.equal(machine.clock.dateMs(6_500_000), START_MS + 1_500);
    assert.equal(machine.clock.serverUs(START_MS + 1_500), 6_500_000);
  });

  for (const byMs of [1_000, -1_000, HOUR_MS, -HOUR_MS, 40 * 24 * HOUR_MS, -40 * 24 * HOUR_MS])
    test(`a step of ${byMs} ms is noticed with the next look, and moves what was before it too`, () => {
      const machine = new Machine();
      machine.runs(10);
      const beforeUs = machine.serverUs;
      machine.wallMs += byMs;
      machine.runs(1);
      const atUs = machine.serverUs;
      assert.deepEqual(machine.changes, [{ kind: 'stepped', byMs, atUs, sinceUs: beforeUs }]);
      assert.equal(machine.clock.dateMs(beforeUs), START_MS + 10_000 + byMs);
      assert.equal(machine.clock.dateMs(machine.serverUs), machine.wallMs);
      machine.runs(600);
      assert.equal(machine.changes.length, 1);
    });

  test('steps that are too small to count are taken back little by little, and add up to one that counts', () => {
    const machine = new Machine();
    machine.wallMs += 400;
    machine.runs(100);
    assert.equal(Math.round(machine.wallMs - machine.clock.dateMs(machine.serverUs)), 300);
    machine.runs(300);
    assert.equal(Math.round(machine.wallMs - machine.clock.dateMs(machine.serverUs)), 0);
    assert.deepEqual(machine.changes, []);
    machine.wallMs += 300;
    machine.runs(1);
    machine.wallMs += 300;
    machine.runs(1);
    assert.equal(machine.changes.length, 1);
  });

  test('a wall clock that drifts apart is followed, which is no change', () => {
    const machine = new Machine();
    machine.runs(24 * 3600, 100);
    assert.deepEqual(machine.changes, []);
    assert.ok(Math.abs(machine.clock.dateMs(machine.serverUs) - machine.wallMs) < 2);
  });

  test('a sleep is none of the clock’s faults: what was before it keeps its date', () => {
    const machine = new Machine();
    machine.runs(10);
    const beforeUs = machine.serverUs;
    machine.sleeps(8 * HOUR_MS);
    machine.runs(1);
    const atUs = machine.serverUs;
    assert.deepEqual(machine.changes, [{ kind: 'slept', byMs: 8 * HOUR_MS, atUs, sinceUs: beforeUs }]);
    assert.equal(
      machine.clock.dateMs(beforeUs + 1),
      machine.wallMs - 1_000 + 0.001,
      'what arrives late came after it',
    );
    assert.equal(machine.clock.dateMs(beforeUs), START_MS + 10_000);
    assert.equal(machine.clock.dateMs(machine.serverUs), machine.wallMs);
    assert.equal(machine.clock.serverUs(START_MS + 10_000), beforeUs);
    assert.equal(machine.clock.serverUs(machine.wallMs), machine.serverUs);
    assert.equal(machine.clock.serverUs(START_MS + HOUR_MS), beforeUs + 1, 'there is no such moment');
  });

  test('so it is where the machine does not tell of its sleep, but the process stood still', () => {
    const machine = new Machine();
    machine.runs(10);
    const beforeUs = machine.serverUs;
    machine.serverUs += 6_000_000;
    machine.uptimeMs += 6_000;
    machine.wallMs += 6_000 + HOUR_MS;
    machine.looks();
    assert.deepEqual(
      machine.changes.map(({ kind, byMs }) => [kind, byMs]),
      [['slept', HOUR_MS]],
    );
    assert.equal(machine.clock.dateMs(beforeUs), START_MS + 10_000);
  });

  test('a step after a sleep moves what was before both', () => {
    const machine = new Machine();
    machine.runs(10);
    const beforeUs = machine.serverUs;
    machine.sleeps(HOUR_MS);
    machine.runs(1);
    machine.wallMs += 5_000;
    machine.runs(1);
    assert.equal(machine.clock.dateMs(beforeUs), START_MS + 15_000);
    assert.equal(machine.clock.dateMs(machine.serverUs), machine.wallMs);
  });

  test('a laptop that sleeps a hundred times a day is bounded, and right about the last of them', () => {
    const machine = new Machine();
    for (let times = 0; times < 100; times++) {
      machine.sleeps(HOUR_MS);
      machine.runs(1);
    }
    assert.equal(machine.clock.dateMs(machine.serverUs), machine.wallMs);
    assert.equal(machine.clock.dateMs(machine.serverUs - 1_000_000), machine.wallMs - HOUR_MS - 1_000);
  });
});
