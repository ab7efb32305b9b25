import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionStake, removedCameraStake } from '../../../client/recordings/recording-losses.ts';

test('chosen recordings are named with their size and the protected ones among them', () => {
  const segment = { bytes: 2_000_000, protected: false };
  const { lost } = deletionStake([segment, { ...segment, protected: true }, segment]);
  assert.deepEqual(lost, ['6.0 MB of recordings (3 segments, 1 protected)']);
  assert.deepEqual(deletionStake([segment]).lost, ['2.0 MB of recordings (1 segment)']);
});

test('recordings of a removed camera go except protected ones', () => {
  const amount = { count: 3, bytes: 3_000_000, protectedCount: 1, protectedBytes: 1_000_000 };
  assert.deepEqual(removedCameraStake(amount), {
    lost: ['2.0 MB of recordings (2 segments)'],
    note: '1 protected segment (1.0 MB) is kept.',
  });
});
