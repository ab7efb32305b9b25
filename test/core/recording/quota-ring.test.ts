import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  QuotaRing,
  type QuotaLimits,
  type StoredRecording,
} from '../../../server/core/recording/quota-ring.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const PLENTY = 1e15;
const limits = (totalBytes: number, own: Record<string, number> = {}): QuotaLimits => ({
  totalBytes,
  cameraBytes: new Map(Object.entries(own)),
  freeFloorBytes: 1000,
});

function ringOf(
  limitsOf: QuotaLimits,
  ...recordings: [id: string, bytes: number, kept?: boolean][]
): QuotaRing {
  const ring = new QuotaRing(limitsOf);
  // The camera is the id's first letter.
  for (const [id, bytes, kept = false] of recordings) ring.put({ id, cameraId: id.slice(0, 1), bytes, kept });
  return ring;
}

const victimsOf = (
  ring: QuotaRing,
  cameraId: string,
  bytes: number,
  freeBytes = PLENTY,
): string[] | string => {
  const admission = ring.admit(cameraId, bytes, freeBytes);
  return admission.admitted ? admission.victims.map(({ id }) => id) : admission.reason;
};

suite('quota ring', () => {
  test('while there is room nothing goes', () => {
    assert.deepEqual(victimsOf(ringOf(limits(100), ['a1', 40]), 'a', 60), []);
  });

  test('the oldest go first, of whichever camera, and no more than need to', () => {
    const ring = ringOf(limits(100), ['b1', 30], ['a1', 30], ['a2', 30]);
    assert.deepEqual(victimsOf(ring, 'a', 11), ['b1']);
    assert.deepEqual(victimsOf(ring, 'a', 41), ['b1', 'a1']);
  });

  test('segments that are protected or being written stay', () => {
    const ring = ringOf(limits(100), ['a1', 30, true], ['a2', 30], ['b1', 40, true]);
    assert.deepEqual(victimsOf(ring, 'a', 20), ['a2']);
    assert.equal(victimsOf(ring, 'a', 31), 'quotaFull');
  });

  test('a camera over its own share makes room by itself', () => {
    const ring = ringOf(limits(1000, { a: 50 }), ['b1', 30], ['a1', 30], ['b2', 30], ['a2', 20]);
    assert.deepEqual(victimsOf(ring, 'a', 10), ['a1']);
    assert.deepEqual(victimsOf(ring, 'b', 10), []);
    assert.equal(victimsOf(ring, 'a', 51), 'quotaFull');
  });

  test('room made for its own share counts for the total', () => {
    const ring = ringOf(limits(100, { a: 50 }), ['b1', 50], ['a1', 30], ['a2', 20]);
    assert.deepEqual(victimsOf(ring, 'a', 10), ['a1']);
  });

  test('the disk keeps its floor', () => {
    const ring = ringOf(limits(1000), ['a1', 30], ['a2', 30]);
    assert.deepEqual(victimsOf(ring, 'a', 10, 1010), []);
    assert.deepEqual(victimsOf(ring, 'a', 10, 1000), ['a1']);
    assert.equal(victimsOf(ring, 'a', 10, 900), 'diskFull');
  });

  test('a recording that grows or goes is counted anew', () => {
    const ring = ringOf(limits(100), ['a1', 30], ['a2', 30]);
    ring.put({ id: 'a2', cameraId: 'a', bytes: 50, kept: true });
    assert.equal(ring.usedBytes, 80);
    ring.remove('a1');
    ring.remove('a1');
    assert.equal(ring.usedBytes, 50);
  });

  test('a quota made smaller takes effect with the next write', () => {
    const ring = ringOf(limits(100), ['a1', 30], ['a2', 30], ['a3', 30]);
    ring.setLimits(limits(40));
    assert.deepEqual(victimsOf(ring, 'a', 5), ['a1', 'a2']);
  });

  test('whatever comes, obeying it never exceeds a limit, and the oldest that may go is always the next to go', () => {
    const { random, label } = seededRandom();
    for (let round = 0; round < 30; round++) {
      const total = 1000 + Math.floor(random() * 5000);
      const own = { a: Math.floor(random() * total), b: Math.floor(random() * total) };
      const ring = new QuotaRing(limits(total, own));
      const stored: StoredRecording[] = [];
      const used = (cameraId?: string): number =>
        stored
          .filter((each) => cameraId === undefined || each.cameraId === cameraId)
          .reduce((sum, { bytes }) => sum + bytes, 0);
      for (let step = 0; step < 300; step++) {
        const cameraId = 'abc'[Math.floor(random() * 3)] ?? 'a';
        const bytes = 1 + Math.floor(random() * 300);
        const admission = ring.admit(cameraId, bytes, PLENTY);
        if (!admission.admitted) continue;
        for (const victim of admission.victims) {
          assert.equal(victim.kept, false, label);
          const older = stored.slice(
            0,
            stored.findIndex(({ id }) => id === victim.id),
          );
          assert.ok(!older.some((each) => !each.kept && each.cameraId === victim.cameraId), label);
          stored.splice(older.length, 1);
          ring.remove(victim.id);
        }
        const recording = { id: `${round}.${step}`, cameraId, bytes, kept: random() < 0.1 };
        stored.push(recording);
        ring.put(recording);
        assert.equal(ring.usedBytes, used(), label);
        assert.ok(used() <= total, label);
        assert.ok(used('a') <= own.a && used('b') <= own.b, label);
      }
    }
  });
});
