import assert from 'node:assert/strict';
import { test } from 'node:test';
import { videoBitrateBps } from '../../../server/core/video/video-bitrate.ts';

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
