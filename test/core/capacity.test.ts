import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { Capacity, STREAM_SHARES } from '../../server/core/capacity.ts';
import { overload } from '../support/overload.ts';

const isFull = (error: unknown): boolean => error instanceof VigieError && error.code === 'full';

/** A server that is overloaded with eight viewers. */
function fullServer() {
  const clock = { nowUs: 1_000_000 };
  const capacity = new Capacity(() => clock.nowUs);
  const viewers = Array.from({ length: 8 }, (_, index) => ({ userId: `user ${index}` }));
  const leave = viewers.map((viewer) => capacity.open(viewer, 'door'));
  overload(capacity);
  return { capacity, viewers, leave, clock };
}

test('a refusal contains the number of viewers and when to try again', () => {
  const { capacity } = fullServer();
  assert.throws(
    () => capacity.open({ userId: 'late' }, 'door'),
    (error) =>
      error instanceof VigieError &&
      error.code === 'full' &&
      error.watching === 8 &&
      error.retryAfterSeconds === 5 &&
      error.status === 503,
  );
  assert.deepEqual(
    { ...capacity.stats, load: Math.round(capacity.stats.load * 10) / 10, measured: null },
    { load: 1.2, state: 'full', watching: 8, streams: 8, refused: 1, measured: null },
  );
});

test('the end of a stream makes room once, and a viewer counts until the last one ends', () => {
  const { capacity, viewers, leave } = fullServer();
  const [viewer = { userId: '' }] = viewers;
  const endSecondWay = capacity.open(viewer, 'door');
  assert.deepEqual([capacity.stats.watching, capacity.stats.streams], [8, 9]);
  leave[0]?.();
  leave[0]?.();
  assert.deepEqual([capacity.stats.watching, capacity.stats.streams], [8, 8]);
  endSecondWay();
  assert.deepEqual([capacity.stats.watching, capacity.stats.streams], [7, 7]);
  capacity.open({ userId: 'late' }, 'door');
});

test('a viewer of a camera gets it a second way, not a third, and no other camera', () => {
  const { capacity, viewers } = fullServer();
  const [viewer = { userId: '' }] = viewers;
  capacity.open(viewer, 'door');
  assert.throws(() => capacity.open(viewer, 'door'), isFull);
  assert.throws(() => capacity.open(viewer, 'garden'), isFull);
  capacity.expectHandshake(viewer);
  assert.throws(() => capacity.expectHandshake({ userId: 'late' }), isFull);
});

test('a viewer who lost the connection is admitted again for half a minute, with as many streams', () => {
  const { capacity, viewers, leave, clock } = fullServer();
  for (let i = 0; i < 2; i++) capacity.open(viewers[i] ?? { userId: '' }, 'door');
  const lose = (index: number): void => {
    const viewer = viewers[index];
    if (viewer) capacity.lost(viewer);
    leave[index]?.();
  };
  lose(5);
  clock.nowUs += 29_000_000;
  const back = { userId: 'user 5' };
  capacity.expectHandshake(back);
  capacity.open(back, 'door');
  assert.throws(() => capacity.open({ userId: 'user 5' }, 'door'), isFull);
  lose(6);
  clock.nowUs += 31_000_000;
  assert.throws(() => capacity.open({ userId: 'user 6' }, 'door'), isFull);
  capacity.lost({ userId: 'never watched' });
  assert.throws(() => capacity.open({ userId: 'never watched' }, 'door'), isFull);
});

test('one user has a share of the streams, over all pages, and leaves the rest to others', () => {
  const capacity = new Capacity(() => 0);
  let nowUs = 0;
  const idle = { utilization: 0, sendingShare: 0, delayUs: 0, lateUs: 0, droppedShare: 0 };
  const settle = (): void => capacity.sample(idle, (nowUs += 30_000_000));
  const pages = Array.from({ length: 8 }, () => ({ userId: 'anna' }));
  const ends = Array.from({ length: STREAM_SHARES.perUser }, (_, index) => {
    settle();
    return capacity.open(pages[index % pages.length] ?? assert.fail(), `camera ${index}`);
  });
  const one = { userId: 'anna' };
  const isTooMany = { code: 'tooManyRequests', message: /close a page that shows video/ };
  assert.throws(() => capacity.open(one, 'door'), isTooMany);
  capacity.open({ userId: 'ben' }, 'door');
  ends[0]?.();
  ends[0]?.();
  capacity.open(one, 'door');
  assert.throws(() => capacity.open(one, 'garden'), isTooMany, 'a place is given back once');
});

test('a stream that is refused for the load keeps no place of its user', () => {
  const { capacity, leave } = fullServer();
  const late = { userId: 'late' };
  for (let tries = 0; tries <= STREAM_SHARES.perUser; tries++)
    assert.throws(() => capacity.open(late, 'door'), isFull);
  leave[0]?.();
  capacity.open(late, 'door');
});
