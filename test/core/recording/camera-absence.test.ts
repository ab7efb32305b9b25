import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALWAYS_LIVE, type Liveness } from '../../../server/core/link/camera-liveness.ts';
import { isAway, isCurrent, lastFrameEndMs } from '../../../server/core/recording/camera-absence.ts';

const cases: [fact: string, liveness: Partial<Liveness>, quietMs: number, away: boolean][] = [
  ['a camera that is live is not away', {}, 3_000, false],
  ['one that is live, but of whose pictures none can be decoded, is', {}, 4_001, true],
  ['a slow one is not between its pictures', { staleAfterMs: 30_000 }, 29_000, false],
  ['one that has stalled is', { status: 'stalled', paceMs: 40 }, 2_100, true],
  ['one that sends the same picture is recorded', { status: 'stalled', frozen: true, paceMs: 40 }, 40, false],
  ['one that has sent a single picture may be a slow one', { status: 'stalled' }, 59_000, false],
  ['for a minute', { status: 'stalled' }, 60_001, true],
  ['one that has left is away', { status: 'offline' }, 100, true],
];
for (const [fact, liveness, quietMs, away] of cases)
  test(fact, () => assert.equal(isAway({ ...ALWAYS_LIVE, ...liveness }, quietMs), away));

test('the last picture lasts as long as usual, and no longer than until now', () => {
  assert.equal(lastFrameEndMs({ ...ALWAYS_LIVE, paceMs: 40 }, 1_000, 9_000), 1_040);
  assert.equal(lastFrameEndMs({ ...ALWAYS_LIVE, paceMs: 3_600_000 }, 1_000, 9_000), 9_000);
  assert.equal(lastFrameEndMs(ALWAYS_LIVE, 1_000, 9_000), 2_000);
});

test('a picture of long ago does not show what a camera sees now, nor one of a camera that has stalled', () => {
  assert.equal(isCurrent(ALWAYS_LIVE, 1_000, 5_000), true);
  assert.equal(isCurrent(ALWAYS_LIVE, 1_000, 5_001), false);
  assert.equal(isCurrent({ ...ALWAYS_LIVE, staleAfterMs: 30_000 }, 1_000, 31_000), true);
  assert.equal(isCurrent({ ...ALWAYS_LIVE, status: 'stalled' }, 1_000, 1_000), false);
});
