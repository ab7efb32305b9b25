import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removalStake } from '../../../client/cameras/camera-losses.ts';

const NOTHING = { count: 0, bytes: 0, protectedCount: 0, protectedBytes: 0 };

test('a camera without anything loses its key and its settings', () => {
  const { lost, note, option } = removalStake({ recordings: NOTHING, events: 0, sensors: 0 });
  assert.deepEqual(
    [lost, note, option],
    [['The camera’s key and settings: it can no longer connect'], undefined, undefined],
  );
});

test('recordings are kept unless they are to be deleted, protected ones in either case', () => {
  const recordings = { count: 900, bytes: 5_300_000_000, protectedCount: 12, protectedBytes: 300_000_000 };
  const { lost, note, option } = removalStake({ recordings, events: 1, sensors: 2 });
  assert.deepEqual(lost.slice(1), ['1 event with its pictures', '2 sensors: their tokens stop working']);
  assert.match(note ?? '', /^5\.3 GB of recordings, 12 protected, are kept/);
  assert.equal(option?.lost.at(-1), '5.0 GB of recordings');
  assert.equal(option.note, '12 protected recordings (300 MB) are kept.');
});

test('if all recordings are protected, there is nothing to delete with the camera', () => {
  const recordings = { count: 1, bytes: 1000, protectedCount: 1, protectedBytes: 1000 };
  assert.equal(removalStake({ recordings, events: 0, sensors: 0 }).option, undefined);
});
