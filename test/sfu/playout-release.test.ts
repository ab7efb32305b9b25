import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { PlayoutRelease } from '../../server/sfu/playout-release.ts';
import { RtpStream } from '../../server/sfu/rtp-stream.ts';

const SECOND_US = 1_000_000;

/** @returns the playout delay that packets allow after some seconds of reports on 100 packets each */
function maxPlayoutDelayMs(roundTripUs: number, lostPerSecond: number): number {
  const line = new ViewerLine();
  line.onReport(1, 0, 1 + Math.round((roundTripUs * 65_536) / SECOND_US));
  const path = { isFull: false, line, srtp: undefined, send: () => true };
  const stream = new RtpStream(1, 96, path);
  const release = new PlayoutRelease([stream], path);
  for (let i = 1; i <= 5; i++)
    release.onReport({ highestSequence: i * 100, cumulativeLost: i * lostPerSecond }, i * SECOND_US);
  return stream.maxPlayoutDelayMs;
}

test('a browser may wait for what was lost on a line with losses and a long round trip', () => {
  assert.ok(maxPlayoutDelayMs(120_000, 5) > 500, 'libwebrtc takes less for 0');
});

test('on every other line it shows each frame at once', () => {
  assert.equal(maxPlayoutDelayMs(120_000, 0), 0);
  assert.equal(maxPlayoutDelayMs(20_000, 5), 0);
});
