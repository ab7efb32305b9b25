import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clockWords,
  deletionStake,
  removedCameraStake,
} from '../../../client/recordings/recording-losses.ts';

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

test('why nothing is deleted for its age yet is said, and for how long', () => {
  assert.match(clockWords(23.2 * 3_600_000), /^Nothing is deleted .* for 24 hours more/);
  assert.match(clockWords(1), /for 1 hour more/);
  assert.match(clockWords(null), /while the server’s clock may be wrong/);
});
