import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusText, type StatusTextInputs } from '../../../client/live/status-text.ts';

const NOW_MS = 1_800_000_000_000;
const connecting: StatusTextInputs = {
  status: 'connecting',
  missing: false,
  lastFrameAtMs: NOW_MS - 60_000,
  nowMs: NOW_MS,
  connectingForMs: 0,
  problem: null,
  watchingWhenFull: null,
};

const cases: [inputs: Partial<StatusTextInputs>, text: string][] = [
  [{}, 'Connecting…'],
  [{ status: 'live', problem: 'noPath' }, 'Live'],
  [{ status: 'offline' }, 'Offline for 1 min'],
  [{ status: 'offline', lastFrameAtMs: null }, 'Never connected'],
  [{ status: 'offline', missing: true }, 'Not available'],
  [{ problem: 'noPath', connectingForMs: 1_000 }, 'Connecting…'],
  [{ problem: 'noPath', connectingForMs: 9_000 }, 'Connecting… video is blocked'],
  [{ problem: 'unsupported' }, 'Video is not supported by this browser'],
  [{ watchingWhenFull: 460, problem: 'noPath' }, 'Full: 460 are watching. Trying again…'],
  [{ watchingWhenFull: 1 }, 'Full: 1 is watching. Trying again…'],
  [{ status: 'offline', watchingWhenFull: 460 }, 'Offline for 1 min'],
];

for (const [inputs, text] of cases) {
  test(`${JSON.stringify(inputs)} reads “${text}”`, () =>
    assert.equal(statusText({ ...connecting, ...inputs }), text));
}
