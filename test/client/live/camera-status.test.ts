import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraStatus, type StatusInputs } from '../../../client/live/camera-status.ts';

const NOW_MS = 1_000_000;
const LIVE: StatusInputs = {
  camera: { status: 'online', staleAfterMs: 2_000 },
  connected: true,
  newPictureAtMs: NOW_MS - 10,
  nowMs: NOW_MS,
};
const HOURLY = { status: 'online', staleAfterMs: 3 * 3_600_000 } as const;

const cases: [fact: string, inputs: Partial<StatusInputs>, status: string][] = [
  ['a new picture of a moment ago is live', {}, 'live'],
  [
    'without a picture it is connecting, however often the server says online',
    { newPictureAtMs: null },
    'connecting',
  ],
  [
    'a picture that should have come by now is on its way for a second',
    { newPictureAtMs: NOW_MS - 3_000 },
    'live',
  ],
  ['then it is connecting', { newPictureAtMs: NOW_MS - 3_001 }, 'connecting'],
  [
    'a camera of one picture an hour is live between them',
    { camera: HOURLY, newPictureAtMs: NOW_MS - 500_000 },
    'live',
  ],
  [
    'but not without a connection to the server',
    { camera: HOURLY, newPictureAtMs: NOW_MS - 500_000, connected: false },
    'connecting',
  ],
  [
    'what the server calls stalled is so, whatever is on the screen',
    { camera: { ...HOURLY, status: 'stalled' } },
    'stalled',
  ],
  ['what it calls offline, too', { camera: { ...HOURLY, status: 'offline' } }, 'offline'],
  ['one that was never here is offline', { camera: { ...HOURLY, status: 'never' } }, 'offline'],
  ['one that sleeps says so', { camera: { ...HOURLY, status: 'sleeping' } }, 'sleeping'],
  [
    'before the server has said anything it is connecting',
    { camera: undefined, newPictureAtMs: null },
    'connecting',
  ],
];

for (const [fact, inputs, status] of cases)
  test(fact, () => assert.equal(cameraStatus({ ...LIVE, ...inputs }), status));
