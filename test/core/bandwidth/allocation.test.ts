import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocate, type Allocation } from '../../../server/core/bandwidth/allocation.ts';
import {
  lineBps,
  mediaBps,
  viewSteps,
  type ViewedCamera,
} from '../../../server/core/bandwidth/view-steps.ts';
import { rungsOf, type RungName } from '../../../server/core/video/rungs.ts';
import { PICTURE_QUALITIES } from '../../../server/wire/shown-view.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SIZES = [
  [640, 480],
  [320, 240],
  [1280, 720],
  [160, 120],
] as const;
const VGA = rungsOf(640, 480, 25);
const camera = (about: Partial<ViewedCamera> = {}): ViewedCamera => ({
  rungs: VGA,
  heldBps: {},
  view: undefined,
  ...about,
});
const tile = (width: number, focused = false): ViewedCamera =>
  camera({ view: { width, height: width * 0.75, focused } });
const rungs = (allocations: readonly Allocation[]): RungName[] =>
  allocations.map(({ target }) => target.rung);
const alone = (targetBps: number | undefined, about: Partial<ViewedCamera> = {}): Allocation => {
  const [allocation] = allocate([camera(about)], 'full', targetBps);
  assert.ok(allocation);
  return allocation;
};

test('a line that carries everything, or of which nothing is known, gets the whole picture', () => {
  for (const targetBps of [undefined, 2_000_000])
    assert.deepEqual(alone(targetBps), {
      target: { rung: 'full', maxTid: 2 },
      limitBps: undefined,
      wholeBps: 950_000,
      limitedBy: undefined,
    });
});

for (const [targetBps, rung] of [
  [630_000, 'full'],
  [450_000, 'large'],
  [270_000, 'large'],
  [200_000, 'small'],
  [90_000, 'tiny'],
] as const) {
  test(`a line of ${targetBps / 1000} kbit/s gets the rung ${rung}, and at least 85 % of it is used`, () => {
    const {
      target,
      limitBps = VGA.find(({ name }) => name === rung)?.bitrateBps ?? 0,
      limitedBy,
    } = alone(targetBps);
    assert.deepEqual([target, limitedBy], [{ rung, maxTid: 2 }, 'line']);
    const used = lineBps(limitBps) / targetBps;
    assert.ok(used <= 1 && (used >= 0.85 || rung === 'tiny'), String(used));
  });
}

test('on a line that carries no smooth picture, upper layers of the smallest rung are left out', () => {
  const tids = [70_000, 40_000, 20_000, 1_000].map((targetBps) => alone(targetBps).target);
  assert.deepEqual(
    tids.map(({ rung, maxTid }) => [rung, maxTid]),
    [
      ['tiny', 2],
      ['tiny', 1],
      ['tiny', 0],
      ['tiny', 0],
    ],
  );
});

test('a line on which a keyframe of a larger picture would freeze carries the smallest one only', () => {
  assert.deepEqual(alone(129_000), {
    target: { rung: 'tiny', maxTid: 2 },
    limitBps: undefined,
    wholeBps: 40_000,
    limitedBy: 'line',
  });
  assert.equal(alone(130_000).target.rung, 'small');
  assert.deepEqual(rungs(allocate([tile(320), tile(320)], 'full', 200_000)), ['small', 'small']);
});

test('no rung is larger than what is shown', () => {
  const shown = [1280, 640, 540, 380, 300, 150, 1].map(
    (width) => allocate([tile(width)], 'full', undefined)[0],
  );
  assert.deepEqual(
    shown.map((allocation) => allocation?.target.rung),
    ['full', 'full', 'large', 'large', 'small', 'tiny', 'tiny'],
  );
  assert.deepEqual([shown[0]?.limitedBy, shown[4]?.limitedBy], [undefined, 'size']);
});

test('a picture is fitted into its view: a high and narrow one shows it small', () => {
  const [allocation] = allocate([camera({ view: { width: 300, height: 2000 } })], 'full', undefined);
  assert.equal(allocation?.target.rung, 'small');
});

test('four equal cameras over 1.35 Mbit/s get the same rung and the same bits, and every frame', () => {
  const allocations = allocate(
    Array.from({ length: 4 }, () => camera()),
    'full',
    1_350_000,
  );
  assert.deepEqual(new Set(rungs(allocations)), new Set(['large']));
  assert.equal(new Set(allocations.map(({ limitBps }) => limitBps)).size, 1);
  assert.ok(allocations.every(({ target }) => target.maxTid === 2));
  assert.ok(4 * lineBps(allocations[0]?.limitBps ?? 0) > 0.85 * 1_350_000);
});

test('the focused camera comes first, then larger views, but all have a smooth picture before that', () => {
  const page = [tile(320), tile(640), tile(320, true), tile(320)];
  assert.deepEqual(rungs(allocate(page, 'full', 215_000)), ['tiny', 'tiny', 'tiny', 'tiny']);
  assert.deepEqual(rungs(allocate(page, 'full', 270_000)), ['tiny', 'tiny', 'small', 'tiny']);
  assert.deepEqual(rungs(allocate(page, 'full', 550_000)), ['tiny', 'large', 'small', 'tiny']);
  assert.deepEqual(rungs(allocate(page, 'full', 2_000_000)), ['small', 'full', 'small', 'small']);
});

test('sixteen tiles on a phone take sixteen small pictures, not sixteen whole ones', () => {
  const allocations = allocate(
    Array.from({ length: 16 }, () => tile(300)),
    'full',
    2_000_000,
  );
  assert.deepEqual(new Set(rungs(allocations)), new Set(['small']));
});

test('a rung that others hold at their bitrate is taken only where the line carries that', () => {
  assert.equal(alone(800_000, { heldBps: { full: 950_000 } }).target.rung, 'large');
  assert.equal(alone(800_000).target.rung, 'full');
  const held = alone(1_200_000, { heldBps: { full: 950_000 } });
  assert.deepEqual([held.target.rung, held.limitBps], ['full', undefined]);
});

test('a viewer who saves data gets about half, or a fifth, of the bits', () => {
  const [half] = allocate([camera()], 'half', undefined);
  const [minimum] = allocate([camera()], 'minimum', undefined);
  assert.deepEqual([half?.target.rung, half?.limitedBy], ['large', 'quality']);
  assert.deepEqual([minimum?.target.rung, minimum?.limitedBy], ['small', 'quality']);
  const [other] = allocate([camera({ rungs: rungsOf(320, 240, 25) })], 'half', undefined);
  assert.equal(other?.target.rung, 'full');
  assert.ok(
    other.limitBps !== undefined && Math.abs(other.limitBps / 170_000 - 1) < 0.1,
    String(other.limitBps),
  );
});

test('allocations never exceed the line, except the smallest pictures, and a better line never means less of a page', () => {
  const { random, label } = seededRandom();
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  for (let run = 0; run < 2_000; run++) {
    const page = Array.from({ length: 1 + Math.floor(random() * 9) }, () => {
      const [width, height] = pick(SIZES);
      const rungsOfCamera = rungsOf(width, height, pick([2, 10, 25]));
      const [{ name, bitrateBps }] = [pick(rungsOfCamera)];
      const heldBps = random() < 0.3 ? { [name]: bitrateBps * (0.4 + 0.6 * random()) } : {};
      const view =
        random() < 0.3
          ? undefined
          : { width: 1 + Math.floor(random() * 1500), height: 500, focused: random() < 0.2 };
      return { rungs: rungsOfCamera, heldBps, view };
    });
    const quality = pick(PICTURE_QUALITIES);
    const targetBps = 10 ** (4 + 3 * random());
    const allocations = allocate(page, quality, targetBps);
    const least = page.reduce((sum, each) => sum + (viewSteps(each, quality).steps[0]?.minBps ?? 0), 0);
    const spent = allocations.reduce((sum, allocation, index) => {
      const { steps } = viewSteps(page[index] as ViewedCamera, quality);
      const step = steps.find(
        ({ rung, maxTid }) => rung === allocation.target.rung && maxTid === allocation.target.maxTid,
      );
      assert.ok(step, label);
      const asked =
        step.maxTid < 2
          ? step.minBps
          : allocation.limitBps === undefined
            ? step.minBps
            : lineBps(allocation.limitBps);
      return sum + asked;
    }, 0);
    assert.ok(spent <= Math.max(targetBps, least) * 1.001, `${label}: ${spent} of ${targetBps}`);
  }
});

test('the ladder of any camera climbs: each step costs more than the one below it', () => {
  const { random, label } = seededRandom();
  for (let run = 0; run < 1_000; run++) {
    const rungsOfCamera = rungsOf(
      64 + Math.floor(random() * 1200),
      48 + Math.floor(random() * 900),
      1 + random() * 29,
    );
    const held = rungsOfCamera[Math.floor(random() * rungsOfCamera.length)];
    const heldBps = held ? { [held.name]: held.bitrateBps * (0.4 + 0.6 * random()) } : {};
    const { steps } = viewSteps({ rungs: rungsOfCamera, heldBps, view: undefined }, 'full');
    const costs = steps.map(({ minBps }) => minBps);
    assert.ok(
      costs.every((cost, index) => index === 0 || cost > (costs[index - 1] ?? 0)),
      `${label}: ${costs.join(' ')}`,
    );
  }
});

test('bits of video and bits on the line convert into each other', () => {
  for (const bps of [10_000, 40_000, 180_000, 228_000, 450_000, 950_000]) {
    const back = mediaBps(lineBps(bps));
    assert.ok(Math.abs(back / bps - 1) < 0.02, `${bps}: ${back}`);
  }
});
