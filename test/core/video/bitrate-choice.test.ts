import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BitrateChoice } from '../../../server/core/video/bitrate-choice.ts';
import { RUNG_NAMES, rungBitrateBps } from '../../../server/core/video/rungs.ts';

const VGA = { width: 640, height: 480 };
const QVGA = { width: 320, height: 240 };

test('the bitrate stays while the frame rate wavers', () => {
  const choice = new BitrateChoice();
  const chosen = new Set<number>();
  for (let second = 0; second < 60; second++)
    chosen.add(choice.choose(VGA, 20 + (second % 7), second * 1_000_000));
  assert.equal(chosen.size, 1);
});

test('the bitrate follows a lasting change of the frame rate, once', () => {
  const choice = new BitrateChoice();
  assert.equal(choice.choose(VGA, 25, 0), 950_000);
  assert.equal(choice.choose(VGA, 6.25, 4_999_999), 950_000);
  assert.equal(choice.choose(VGA, 6.25, 5_000_000), 480_000);
  assert.equal(choice.choose(VGA, 25, 6_000_000), 480_000);
});

test('the bitrate follows the size at once', () => {
  const choice = new BitrateChoice();
  choice.choose(VGA, 25, 0);
  assert.equal(choice.choose(QVGA, 25, 1), 340_000);
});

/** @returns the bitrate of the first picture */
function limited(limitBps: number | undefined): number {
  const choice = new BitrateChoice();
  choice.limitBps = limitBps;
  return choice.choose(VGA, 25, 0);
}

test('the viewers’ capacity limits the bitrate from the first picture on, in steps of 10 kbit/s, and no less than 100', () => {
  assert.deepEqual([423_456, 5_000, 2_000_000, undefined].map(limited), [420_000, 100_000, 950_000, 950_000]);
});

test('a lower limit holds at once, but the limit changes once in two seconds', () => {
  const choice = new BitrateChoice();
  assert.equal(choice.choose(VGA, 25, 0), 950_000);
  choice.limitBps = 400_000;
  assert.equal(choice.choose(VGA, 25, 1), 400_000);
  choice.limitBps = 300_000;
  assert.equal(choice.choose(VGA, 25, 1_999_999), 400_000);
  assert.equal(choice.choose(VGA, 25, 2_000_001), 300_000);
});

test('the limit rises when it has been higher for two seconds: a viewer who soon leaves changes nothing', () => {
  const choice = new BitrateChoice();
  choice.limitBps = 400_000;
  const chosen = new Set<number>();
  for (let ms = 0; ms < 20_000; ms += 40) {
    // A better line joins for a second, and leaves for one.
    choice.limitBps = Math.floor(ms / 1000) % 2 === 0 ? 400_000 : undefined;
    chosen.add(choice.choose(VGA, 25, ms * 1000));
  }
  assert.deepEqual([...chosen], [400_000]);
});

for (const [limitBps, steps] of [
  [940_000, [300_000, 450_000, 675_000, 940_000]],
  [undefined, [300_000, 950_000]],
] as const)
  test(`the limit rises each two seconds to ${limitBps ?? 'the whole: at once, for a line that carries it'}`, () => {
    const choice = new BitrateChoice();
    choice.limitBps = 300_000;
    choice.choose(VGA, 25, 0);
    choice.limitBps = limitBps;
    const chosen: number[] = [];
    for (let ms = 0; ms <= 10_000; ms += 40) {
      const bps = choice.choose(VGA, 25, ms * 1000);
      if (bps !== chosen.at(-1)) chosen.push(bps);
    }
    assert.deepEqual(chosen, steps);
  });

test('a limit close to the bitrate is not worth a keyframe, except when nothing limits any more', () => {
  const choice = new BitrateChoice();
  choice.limitBps = 500_000;
  let nowUs = 0;
  const chosen = (limitBps: number | undefined) => {
    choice.limitBps = limitBps;
    for (let picture = 0; picture < 100; picture++) choice.choose(VGA, 25, (nowUs += 40_000));
    return choice.choose(VGA, 25, nowUs);
  };
  assert.deepEqual(
    [500_000, 480_000, 560_000, 470_000, 900_000, undefined].map(chosen),
    [500_000, 500_000, 500_000, 470_000, 705_000, 950_000],
  );
});

test('each rung has its own bitrate and least limit', () => {
  const table = RUNG_NAMES.map((name) => {
    const choice = new BitrateChoice(name);
    const most = choice.choose(QVGA, 25, 0);
    choice.limitBps = 1;
    return [most, choice.choose(QVGA, 25, 3_000_000)];
  });
  assert.deepEqual(table, [
    [340_000, 100_000],
    [450_000, 100_000],
    [180_000, 40_000],
    [40_000, 10_000],
  ]);
});

test('whatever viewers can take, the bitrate never exceeds the rung, nor rises by more than half below the whole', () => {
  const limit = fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined });
  const step = fc.record({ limit, waitMs: fc.integer({ min: 0, max: 5_000 }) });
  fc.assert(
    fc.property(fc.constantFrom(...RUNG_NAMES), fc.array(step, { maxLength: 50 }), (name, steps) => {
      const choice = new BitrateChoice(name);
      const most = rungBitrateBps(name, VGA, 25);
      let [nowUs, before, changedUs] = [0, Infinity, -Infinity];
      for (const { limit: limitBps, waitMs } of steps) {
        choice.limitBps = limitBps;
        nowUs += waitMs * 1000;
        const bps = choice.choose(VGA, 25, nowUs);
        assert.ok(bps <= most && (bps === most || bps <= 1.5 * before));
        if (bps === before) continue;
        if (before < Infinity) assert.ok(nowUs - changedUs >= 2_000_000);
        if (before < Infinity) changedUs = nowUs;
        before = bps;
      }
    }),
  );
});

test('who watches after nobody did is not limited by what those before could take', () => {
  const choice = new BitrateChoice();
  choice.limitBps = 120_000;
  assert.equal(choice.choose(VGA, 25, 0), 120_000);
  choice.limitBps = undefined;
  choice.restart();
  assert.equal(choice.choose(VGA, 25, 1), 950_000);
  choice.limitBps = 120_000;
  choice.restart();
  assert.equal(choice.choose(VGA, 25, 2), 120_000);
});
