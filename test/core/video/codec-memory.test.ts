import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecMemory } from '../../../server/core/video/codec-memory.ts';

const OPTIONS = {
  idleGrowthMib: 64,
  idleAfterMs: 10_000,
  largeMib: 400,
  settledFactor: 1.5,
  settleMs: 5_000,
};
const FRESH_MIB = 110;

/** Checks once a second. @returns each verdict with the second it came in */
function verdicts(reports: readonly { mib: number; encoders: number; seconds: number }[]): string[] {
  const memory = new CodecMemory(OPTIONS, FRESH_MIB, 0);
  const seen: string[] = [];
  let second = 0;
  for (const { mib, encoders, seconds } of reports)
    for (const end = second + seconds; second < end; second++) {
      const verdict = memory.check(mib, encoders, second * 1_000_000);
      if (verdict) seen.push(`${second} ${verdict}`);
    }
  return seen;
}

test('a process that grew is idle ten seconds after its last encoder', () => {
  const [first] = verdicts([
    { mib: 180, encoders: 2, seconds: 20 },
    { mib: 180, encoders: 0, seconds: 12 },
  ]);
  assert.equal(first, '30 idle');
});

test('an encoder that returns in time keeps the process', () => {
  const pauses = Array.from({ length: 5 }, () => [
    { mib: 180, encoders: 0, seconds: 9 },
    { mib: 180, encoders: 1, seconds: 1 },
  ]).flat();
  assert.deepEqual(verdicts(pauses), []);
});

test('a process that released its memory is kept', () => {
  assert.deepEqual(
    verdicts([
      { mib: 300, encoders: 8, seconds: 60 },
      { mib: 170, encoders: 0, seconds: 600 },
    ]),
    [],
  );
});

test('a process that never had an encoder is not idle, however much luma readers made it grow', () => {
  assert.deepEqual(verdicts([{ mib: 300, encoders: 0, seconds: 600 }]), []);
});

test('a process above 400 MB and half above its settled size is large', () => {
  const [first] = verdicts([
    { mib: 200, encoders: 1, seconds: 20 },
    { mib: 400, encoders: 1, seconds: 20 },
    { mib: 401, encoders: 1, seconds: 1 },
  ]);
  assert.equal(first, '40 large');
});

test('many cameras that need more than 400 MB are no reason', () => {
  const joining = Array.from({ length: 20 }, (_, index) => ({
    mib: 120 + index * 25,
    encoders: index + 1,
    seconds: 3,
  }));
  assert.deepEqual(verdicts([...joining, { mib: 620, encoders: 20, seconds: 600 }]), []);
});

test('a new process that takes over a large load settles with it, and is not replaced for it', () => {
  assert.deepEqual(verdicts([{ mib: 600, encoders: 20, seconds: 600 }]), []);
});

test('growth beyond a large settled load is a reason', () => {
  const [first] = verdicts([
    { mib: 600, encoders: 20, seconds: 20 },
    { mib: 900, encoders: 20, seconds: 20 },
    { mib: 901, encoders: 20, seconds: 1 },
  ]);
  assert.equal(first, '40 large');
});

test('cameras that leave and come back do not move the settled size', () => {
  const [first] = verdicts([
    { mib: 200, encoders: 2, seconds: 20 },
    { mib: 390, encoders: 1, seconds: 20 },
    { mib: 450, encoders: 2, seconds: 1 },
  ]);
  assert.equal(first, '40 large');
});
