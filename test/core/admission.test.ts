import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission, ALWAYS_ADMITTED, type LoadSample } from '../../server/core/admission.ts';
import { seededRandom } from '../support/seeded-random.ts';

const SAMPLE_US = 250_000;
const IDLE: LoadSample = { utilization: 0, sendingShare: 0, delayUs: 0, lateUs: 0, droppedShare: 0 };

/** @returns whether one more stream was admitted */
function enter(admission: Admission): boolean {
  if (!admission.hasRoom) return false;
  admission.enter();
  return true;
}

/** A server in virtual time: its other load, and the cost of each stream. */
class SimulatedServer {
  readonly admission = new Admission();
  nowUs = 1_000_000_000;
  utilization = 0;
  readonly #base: number;
  readonly #costOf: () => number;
  readonly #random: () => number;

  constructor(base: number, cost: number | (() => number), random = () => 0.5) {
    this.#base = base;
    this.#costOf = typeof cost === 'number' ? () => cost : cost;
    this.#random = random;
  }

  run(seconds: number, eachSample: () => void = () => undefined): void {
    const endUs = this.nowUs + seconds * 1_000_000;
    while (this.nowUs < endUs) {
      this.nowUs += SAMPLE_US;
      const busy = this.#base + this.#costOf() * this.admission.streams;
      this.utilization = Math.min(1, busy);
      const noise = 0.1 * (this.#random() - 0.5);
      this.admission.sample(
        {
          ...IDLE,
          utilization: Math.min(1, Math.max(0, busy + noise)),
          sendingShare: 0.6 * this.#costOf() * this.admission.streams,
          // Above its limit a loop falls further and further behind.
          lateUs: busy < 1 ? 40_000 * busy : 200_000,
        },
        this.nowUs,
      );
      eachSample();
    }
  }
}

test('the first streams are admitted at any load', () => {
  const server = new SimulatedServer(1, 0.1);
  server.run(10);
  assert.equal(server.admission.state, 'full');
  for (let i = 0; i < ALWAYS_ADMITTED; i++) assert.equal(enter(server.admission), true);
  assert.equal(enter(server.admission), false);
  server.admission.leave();
  assert.equal(enter(server.admission), true);
});

for (const [machine, base, cost, fits] of [
  ['a fast machine', 0.02, 0.0017, 460],
  ['a small board', 0.1, 0.02, 35],
  ['a machine with other work', 0.6, 0.002, 100],
] as const) {
  test(`viewers that come one by one fill ${machine} and do not overload it`, () => {
    const { random, label } = seededRandom();
    const server = new SimulatedServer(base, cost, random);
    let worst = 0;
    server.run(300, () => {
      for (let i = 0; i < Math.ceil(fits / 100); i++) enter(server.admission);
      worst = Math.max(worst, server.utilization);
    });
    const { streams } = server.admission;
    assert.ok(streams >= 0.85 * fits && streams <= 1.1 * fits, `${streams} of ${fits}; ${label}`);
    assert.ok(worst < 0.9, `${worst}; ${label}`);
  });

  test(`viewers that come all at once and try again fill ${machine} within a minute and do not overload it`, () => {
    const { random, label } = seededRandom();
    const server = new SimulatedServer(base, cost, random);
    server.run(2);
    let waiting = 2 * fits;
    let worst = 0;
    const tryAll = (): void => {
      for (let left = waiting; left > 0 && enter(server.admission); left--) waiting--;
    };
    tryAll();
    let samples = 0;
    server.run(60, () => {
      if (++samples % 8 === 0) tryAll();
      worst = Math.max(worst, server.utilization);
    });
    const { streams } = server.admission;
    assert.ok(streams >= 0.8 * fits && streams <= 1.15 * fits, `${streams} of ${fits}; ${label}`);
    assert.ok(worst < 0.95, `${worst}; ${label}`);
  });
}

test('a stall of seconds on a server that is half full refuses no viewer', () => {
  for (const stallUs of [300_000, 3_000_000, 60_000_000]) {
    const server = new SimulatedServer(0, 0.004);
    for (let i = 0; i < 100; i++) server.run(0.25, () => enter(server.admission));
    assert.equal(server.admission.streams, 100);
    server.run(20);
    server.nowUs += stallUs;
    server.admission.sample(
      { utilization: 1, sendingShare: 0, delayUs: stallUs, lateUs: stallUs, droppedShare: 0.5 },
      server.nowUs,
    );
    assert.equal(enter(server.admission), true, `${stallUs} µs`);
  }
});

test('each measure alone makes the server full, and it admits again afterwards', () => {
  for (const over of [
    { utilization: 0.95 },
    { delayUs: 60_000 },
    { lateUs: 60_000 },
    { droppedShare: 0.1 },
  ]) {
    const server = new SimulatedServer(0.05, 0.001);
    for (let i = 0; i < 20; i++) server.run(0.25, () => enter(server.admission));
    for (let i = 0; i < 40; i++) {
      server.nowUs += SAMPLE_US;
      server.admission.sample({ ...IDLE, ...over }, server.nowUs);
    }
    assert.equal(enter(server.admission), false, JSON.stringify(over));
    server.run(10);
    assert.equal(enter(server.admission), true, JSON.stringify(over));
  }
});

test('a load that fluctuates about the limit does not change the decision with each sample', () => {
  const { random, label } = seededRandom();
  let cost = 0.0195;
  const server = new SimulatedServer(0, () => cost, random);
  for (let i = 0; i < 40; i++) server.admission.enter();
  server.run(20);
  let changes = 0;
  let { state } = server.admission;
  server.run(600, () => {
    cost = 0.0195 + 0.001 * (random() - 0.5);
    if (server.admission.state !== state) changes++;
    ({ state } = server.admission);
  });
  assert.ok(changes <= 10, `${changes} changes in ten minutes; ${label}`);
});

test('a hundred handshakes at once delay the next viewers for a moment', () => {
  const server = new SimulatedServer(0.3, 0.002);
  for (let i = 0; i < 8; i++) server.admission.enter();
  server.run(20);
  for (let i = 0; i < 200; i++) server.admission.expectHandshake();
  assert.equal(enter(server.admission), false);
  server.run(5);
  assert.equal(enter(server.admission), true);
});

test('a current viewer is admitted on a full server, and counted', () => {
  const server = new SimulatedServer(1, 0.1);
  server.run(10);
  for (let i = 0; i < 20; i++) server.admission.enter();
  assert.equal(server.admission.streams, 20);
  assert.equal(enter(server.admission), false);
});
