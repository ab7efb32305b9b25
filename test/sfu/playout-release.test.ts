import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { PlayoutRelease } from '../../server/sfu/playout-release.ts';
import { RtpStream } from '../../server/sfu/rtp-stream.ts';

const SECOND_US = 1_000_000;

/** @returns the playout delay that packets allow after some seconds of these losses */
function maxPlayoutDelayMs(shortestRoundTripUs: number, share: number): number {
  const path = { isFull: false, line: new ViewerLine(), srtp: undefined, send: () => true };
  const stream = new RtpStream(1, 96, path);
  const release = new PlayoutRelease([stream]);
  for (let i = 1; i <= 5; i++) release.onLosses({ share, shortestRoundTripUs }, i * SECOND_US);
  return stream.maxPlayoutDelayMs;
}

test('a browser may wait for what was lost on a line with losses and a long round trip', () => {
  assert.ok(maxPlayoutDelayMs(120_000, 0.05) > 500, 'libwebrtc takes less for 0');
});

test('on every other line it shows each frame at once', () => {
  assert.equal(maxPlayoutDelayMs(120_000, 0), 0);
  assert.equal(maxPlayoutDelayMs(20_000, 0.05), 0);
});
