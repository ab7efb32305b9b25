import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraStatus, type StatusInputs } from '../../../client/live/camera-status.ts';

const NOW_MS = 1_000_000;
const frame = (ageMs: number, intervalMs = 40): StatusInputs['lastFrame'] => ({
  atMs: NOW_MS - ageMs,
  intervalMs,
});

const cases: [
  fact: string,
  online: boolean | undefined,
  lastFrame: StatusInputs['lastFrame'],
  status: string,
][] = [
  ['without a picture it is connecting, however often the server says online', true, null, 'connecting'],
  ['a picture of just now is live', true, frame(10), 'live'],
  ['a picture two seconds old is still live', true, frame(2_000), 'live'],
  ['a picture older than two seconds is not', true, frame(2_001), 'connecting'],
  [
    'a camera that takes one picture in three seconds stays live between them',
    true,
    frame(8_000, 3_000),
    'live',
  ],
  ['even the slowest camera is not live after ten seconds', true, frame(10_001, 60_000), 'connecting'],
  ['offline without pictures is offline', false, null, 'offline'],
  ['offline half a second after the last picture is offline', false, frame(501), 'offline'],
  ['pictures that still arrive outweigh a late word of the server', false, frame(100), 'live'],
  ['before the server has said anything it is connecting', undefined, null, 'connecting'],
];

for (const [fact, online, lastFrame, status] of cases) {
  test(fact, () => assert.equal(cameraStatus({ online, lastFrame, nowMs: NOW_MS }), status));
}
