import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OffView } from '../../../server/wire/camera-switch.ts';
import { ShownTime } from '../../../client/dates/shown-time.ts';
import { pictureAge, statusText, type StatusTextInputs } from '../../../client/live/status-text.ts';

const NOW_MS = 1_800_000_000_000;
const CAMERA = {
  status: 'online',
  sinceMs: NOW_MS - 60_000,
  lastFrameAtMs: NOW_MS - 90_000,
  staleAfterMs: 2_000,
} as const;
const connecting: StatusTextInputs = {
  status: 'connecting',
  missing: false,
  isSignedOut: false,
  isServerAway: false,
  camera: CAMERA,
  time: new ShownTime('UTC', 'UTC', 'en-GB'),
  nowMs: NOW_MS,
  connectingForMs: 0,
  problem: null,
  watchingWhenFull: null,
};
const NEVER = { ...CAMERA, status: 'never', sinceMs: null, lastFrameAtMs: null } as const;

const SCHEDULED = { by: 'schedule', username: null } as const;

function off(changes: Partial<OffView>) {
  const byHand = {
    by: 'user',
    username: 'admin',
    sinceMs: NOW_MS - 3_600_000,
    untilMs: null,
    all: false,
  } as const;
  return { ...CAMERA, status: 'off' as const, off: { ...byHand, ...changes } };
}

const cases: [inputs: Partial<StatusTextInputs>, text: string, more?: string][] = [
  [{}, 'Connecting…'],
  [{ status: 'live', problem: 'noPath' }, 'Live'],
  [{ status: 'stalled' }, 'Stalled', 'no new picture for 1 min'],
  [{ status: 'stalled', camera: { ...CAMERA, lastFrameAtMs: null } }, 'Stalled: no picture yet'],
  [{ status: 'sleeping' }, 'Sleeping'],
  [{ status: 'off' }, 'Off'],
  [{ status: 'off', camera: off({}) }, 'Off by admin since 07:00'],
  [{ status: 'off', camera: off({ sinceMs: NOW_MS - 86_400_000 }) }, 'Off by admin since 14 Jan, 08:00'],
  [{ status: 'off', camera: off({ all: true }) }, 'All cameras off by admin since 07:00'],
  [
    { status: 'off', camera: off({ ...SCHEDULED, untilMs: NOW_MS + 3_600_000 }) },
    'Off by schedule until 09:00',
  ],
  [{ status: 'off', camera: off(SCHEDULED) }, 'Off by schedule'],
  [{ status: 'offline' }, 'Offline for 1 min'],
  [{ status: 'offline', camera: NEVER }, 'Never connected'],
  [{ status: 'offline', missing: true }, 'Not available'],
  [{ isServerAway: true, problem: 'noPath', connectingForMs: 9_000 }, 'Server away'],
  [{ isServerAway: true, status: 'live' }, 'Live'],
  [{ isSignedOut: true }, 'Signed out'],
  [{ problem: 'noPath', connectingForMs: 1_000 }, 'Connecting…'],
  [{ problem: 'noPath', connectingForMs: 9_000 }, 'Connecting… video is blocked'],
  [{ problem: 'unsupported' }, 'Video is not supported by this browser'],
  [{ watchingWhenFull: 460, problem: 'noPath' }, 'Full: 460 are watching. Trying again…'],
  [{ watchingWhenFull: 1 }, 'Full: 1 is watching. Trying again…'],
  [{ status: 'offline', watchingWhenFull: 460 }, 'Offline for 1 min'],
];

for (const [inputs, text, more = ''] of cases) {
  test(`${JSON.stringify(inputs)} reads “${text}${more && `: ${more}`}”`, () =>
    assert.deepEqual(statusText({ ...connecting, ...inputs }), { text, more }));
}

test('an old picture has an age: of a camera that has stalled since it was new, else since it was taken', () => {
  assert.equal(pictureAge('stalled', CAMERA, NOW_MS), '1 min old');
  assert.equal(pictureAge('offline', CAMERA, NOW_MS + 20_000), '1 min old');
  assert.equal(pictureAge('offline', CAMERA, NOW_MS + 30_000), '2 min old');
  for (const status of ['live', 'connecting'] as const)
    assert.equal(pictureAge(status, CAMERA, NOW_MS), undefined);
  assert.equal(pictureAge('offline', NEVER, NOW_MS), undefined);
  assert.equal(pictureAge('offline', undefined, NOW_MS), undefined);
});
