import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RIGHT_HINTS, RIGHT_LABELS, rightsText, viewerText } from '../../../client/users/rights-words.ts';
import { RIGHTS } from '../../../server/wire/rights.ts';
import { rightsTo } from '../../support/rights.ts';

test('rights are named in one order, whatever the order they are given in', () => {
  assert.equal(rightsText(['events', 'live']), 'Live and Events');
  assert.equal(rightsText(['control', 'events', 'lookBack']), 'Recordings, Events and Control');
  assert.equal(rightsText(['lookBack']), 'Recordings');
  assert.equal(rightsText([]), '');
});

test('every right has a name and an explanation', () => {
  for (const right of RIGHTS) {
    assert.match(RIGHT_LABELS[right], /^[A-Z]/);
    assert.match(RIGHT_HINTS[right], /^[a-z]/);
  }
});

test('who may switch a camera off is said to stop its recording too', () => {
  assert.match(RIGHT_HINTS.control, /switch it off for privacy, which also stops recording/);
});

test('cameras with the same rights stand together, in the order of the cameras', () => {
  const known = [
    { id: 'cam_3', name: 'Attic' },
    { id: 'cam_1', name: 'Door' },
    { id: 'cam_2', name: 'Yard' },
  ];
  const given = [...rightsTo(['cam_1', 'cam_9', 'cam_3'], ['live']), ...rightsTo(['cam_2'], RIGHTS)];
  assert.deepEqual(viewerText(given, known), [
    'Live: Attic, Door',
    'Live, Recordings, Events and Control: Yard',
  ]);
  assert.deepEqual(viewerText([], known), []);
});
