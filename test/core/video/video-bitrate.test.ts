import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitrateChoice, videoBitrateBps } from '../../../server/core/video/video-bitrate.ts';

test('bitrates by size and frame rate', () => {
  const table = [
    [160, 120, 25, 120_000],
    [320, 240, 25, 340_000],
    [640, 480, 25, 950_000],
    [640, 480, 6.25, 480_000],
    [1280, 720, 25, 2_170_000],
    [2592, 1944, 60, 6_000_000],
    [16, 16, 1, 100_000],
  ] as const;
  for (const [width, height, fps, bps] of table)
    assert.equal(videoBitrateBps(width, height, fps), bps, `${width}×${height} at ${fps}`);
});

test('the bitrate stays while the frame rate wavers', () => {
  const choice = new BitrateChoice();
  const chosen = new Set<number>();
  for (let second = 0; second < 60; second++)
    chosen.add(choice.choose(640, 480, 20 + (second % 7), second * 1_000_000));
  assert.equal(chosen.size, 1);
});

test('the bitrate follows a lasting change of the frame rate, once', () => {
  const choice = new BitrateChoice();
  assert.equal(choice.choose(640, 480, 25, 0), 950_000);
  assert.equal(choice.choose(640, 480, 6.25, 4_999_999), 950_000);
  assert.equal(choice.choose(640, 480, 6.25, 5_000_000), 480_000);
  assert.equal(choice.choose(640, 480, 25, 6_000_000), 480_000);
});

test('the bitrate follows the size at once', () => {
  const choice = new BitrateChoice();
  choice.choose(640, 480, 25, 0);
  assert.equal(choice.choose(320, 240, 25, 1), 340_000);
});

/** @returns the bitrate of the first picture */
function limited(limitBps: number | undefined): number {
  const choice = new BitrateChoice();
  choice.limitBps = limitBps;
  return choice.choose(640, 480, 25, 0);
}

test('what viewers can take limits the bitrate from the first picture on, in steps of 10 kbit/s, and no less than 100', () => {
  assert.deepEqual([423_456, 5_000, 2_000_000, undefined].map(limited), [420_000, 100_000, 950_000, 950_000]);
});

test('a lower limit holds at once, but the limit changes once in two seconds', () => {
  const choice = new BitrateChoice();
  assert.equal(choice.choose(640, 480, 25, 0), 950_000);
  choice.limitBps = 400_000;
  assert.equal(choice.choose(640, 480, 25, 1), 400_000);
  choice.limitBps = 300_000;
  assert.equal(choice.choose(640, 480, 25, 1_999_999), 400_000);
  assert.equal(choice.choose(640, 480, 25, 2_000_001), 300_000);
});

test('the limit rises when it has been higher for two seconds: a viewer who soon leaves changes nothing', () => {
  const choice = new BitrateChoice();
  choice.limitBps = 400_000;
  const chosen = new Set<number>();
  for (let ms = 0; ms < 20_000; ms += 40) {
    // A better line joins for a second, and leaves for one.
    choice.limitBps = Math.floor(ms / 1000) % 2 === 0 ? 400_000 : undefined;
    chosen.add(choice.choose(640, 480, 25, ms * 1000));
  }
  assert.deepEqual([...chosen], [400_000]);
  choice.limitBps = 400_000;
  choice.limitBps = undefined;
  assert.equal(choice.choose(640, 480, 25, 20_000_000), 400_000);
  assert.equal(choice.choose(640, 480, 25, 21_999_999), 400_000);
  assert.equal(choice.choose(640, 480, 25, 22_000_000), 950_000);
});
