import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boardName, megabytes, updateText, type UpdateText } from '../../../client/firmware/update-text.ts';
import type { UpdateView } from '../../../server/wire/firmware.ts';

const UPDATE: UpdateView = {
  imageId: 'fw_1',
  version: '1.3.0',
  fromVersion: '1.2.0',
  bytes: 1_400_000,
  state: 'staged',
  receivedBytes: 0,
  reason: null,
  changedAtMs: 0,
};

const texts: [change: Partial<UpdateView>, expected: UpdateText][] = [
  [
    { state: 'staged' },
    {
      text: 'Update to 1.3.0 is waiting for the camera to come online.',
      tone: 'neutral',
      progress: undefined,
      action: 'Cancel',
    },
  ],
  [
    { state: 'staged', reason: 'this camera connects by ws:.' },
    {
      text: 'Update to 1.3.0 is waiting: this camera connects by ws:.',
      tone: 'neutral',
      progress: undefined,
      action: 'Cancel',
    },
  ],
  [
    { state: 'offered' },
    { text: 'Starting the update to 1.3.0.', tone: 'neutral', progress: null, action: 'Cancel' },
  ],
  [
    { state: 'downloading', receivedBytes: 700_000 },
    {
      text: 'Downloading 1.3.0: 0.7 of 1.4 MB. Video may pause.',
      tone: 'neutral',
      progress: 0.5,
      action: 'Cancel',
    },
  ],
  [
    { state: 'restarting', receivedBytes: 1_400_000 },
    { text: 'Restarting with 1.3.0.', tone: 'neutral', progress: null, action: null },
  ],
  [{ state: 'done' }, { text: 'Updated to 1.3.0.', tone: 'success', progress: undefined, action: 'Dismiss' }],
  [
    { state: 'failed', reason: 'the hash is wrong' },
    {
      text: 'Update to 1.3.0 failed: the hash is wrong.',
      tone: 'danger',
      progress: undefined,
      action: 'Dismiss',
    },
  ],
  [
    { state: 'rolledBack', reason: '1.3.0 could not reach the server' },
    {
      text: 'Rolled back to the previous version: 1.3.0 could not reach the server.',
      tone: 'danger',
      progress: undefined,
      action: 'Dismiss',
    },
  ],
];
for (const [change, expected] of texts) {
  test(`an update that is ${change.state}${change.reason ? ' with a reason' : ''} has a text`, () => {
    assert.deepEqual(updateText({ ...UPDATE, ...change }), expected);
  });
}

test('boards have their product names, and sizes are short', () => {
  assert.deepEqual(['esp32', 'esp32s3', 'host', 'esp32p4', 'toString'].map(boardName), [
    'ESP32',
    'ESP32-S3',
    'Linux',
    'esp32p4',
    'toString',
  ]);
  assert.deepEqual([0, 2000, 99_999, 100_000, 1_449_000, 4_194_304].map(megabytes), [
    '0 MB',
    '2 kB',
    '100 kB',
    '0.1 MB',
    '1.4 MB',
    '4.2 MB',
  ]);
});
