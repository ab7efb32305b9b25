import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptTexts } from '../../../client/cameras/attempt-words.ts';

const time = { second: (ms: number) => `12:03:0${ms % 10}` };

test('the newest attempt is told first, and none from before the camera was added', () => {
  const attempts = {
    wrongKey: { atMs: 101, address: '192.168.1.7' },
    unknownId: { atMs: 105, address: '192.168.1.8' },
  };
  assert.deepEqual(attemptTexts(attempts, { createdAtMs: 100 }, time), [
    'At 12:03:05, a device at 192.168.1.8 tried with an ID that no camera has. Check the ID on the camera.',
    'At 12:03:01, a device at 192.168.1.7 tried with this camera’s ID and a wrong key. Check the key on the camera.',
  ]);
  assert.equal(attemptTexts(attempts, { createdAtMs: 103 }, time).length, 1);
  assert.deepEqual(attemptTexts({ wrongKey: null, unknownId: null }, { createdAtMs: 0 }, time), []);
});
