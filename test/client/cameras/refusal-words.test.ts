import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalText } from '../../../client/cameras/refusal-words.ts';
import type { CameraRefusals } from '../../../server/wire/camera.ts';

const NOW_MS = 1_800_000_000_000;
const NONE = { damaged: 0, tooLarge: 0, tooFast: 0, undecodable: 0, violation: 0 };

test('the last refusal is told with its reason and age, and what else there was', () => {
  const refusals: CameraRefusals = {
    counts: { ...NONE, damaged: 1_200, undecodable: 3 },
    last: { kind: 'undecodable', detail: 'JPEG: Invalid data', atMs: NOW_MS - 90_000 },
  };
  assert.equal(
    refusalText(refusals, NOW_MS),
    'Last picture refused 1 min ago: impossible to decode (JPEG: Invalid data). ' +
      'Since the server started: 1,200 damaged, 3 impossible to decode.',
  );
});

test('a camera whose pictures are all used has no message', () => {
  assert.equal(refusalText({ counts: NONE, last: null }, NOW_MS), undefined);
});
