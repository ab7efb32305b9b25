import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { captureTimeUs, ClockOffset } from '../../server/core/clock-offset.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** An exchange over a link with these delays, with the server's clock ahead by `offsetUs`. */
function exchange(t0: number, offsetUs: number, upUs: number, downUs: number) {
  const t1 = t0 + offsetUs + upUs;
  const t2 = t1 + 50;
  return { t0, t1, t2, t3: t2 - offsetUs + downUs };
}

suite('clock offset', () => {
  test('it is unknown before the first exchange', () => {
    assert.equal(new ClockOffset().offsetUs, undefined);
  });

  test('equal delays give the exact offset', () => {
    const clock = new ClockOffset();
    clock.add(exchange(1_000, 1_700_000_000_000_000, 4_000, 4_000));
    assert.equal(clock.offsetUs, 1_700_000_000_000_000);
  });

  test('the exchange with the smallest round trip counts', () => {
    const clock = new ClockOffset();
    clock.add(exchange(0, 5_000_000, 1_000, 1_000));
    clock.add(exchange(1_000_000, 5_000_000, 90_000, 2_000));
    assert.equal(clock.offsetUs, 5_000_000);
  });

  test('a drifting clock is followed, although the best exchange was long ago', () => {
    const clock = new ClockOffset();
    const driftPpm = 50;
    clock.add(exchange(0, 5_000_000, 500, 500));
    let trueOffset = 5_000_000;
    for (let t0 = 10_000_000; t0 < 3_600_000_000; t0 += 10_000_000) {
      trueOffset = 5_000_000 + (t0 * driftPpm) / 1_000_000;
      clock.add(exchange(t0, trueOffset, 3_000, 3_000));
    }
    assert.ok(Math.abs((clock.offsetUs ?? 0) - trueOffset) < 4_000, `${clock.offsetUs} for ${trueOffset}`);
  });

  test('the error never exceeds half the round trip, whatever the delays', () => {
    const { random, label } = seededRandom();
    for (let round = 0; round < 2_000; round++) {
      const clock = new ClockOffset();
      const offsetUs = Math.floor((random() - 0.5) * 2 ** 50);
      let smallest = Infinity;
      for (let count = 0; count < 5; count++) {
        const times = exchange(count * 10_000, offsetUs, random() * 200_000, random() * 200_000);
        smallest = Math.min(smallest, times.t3 - times.t0 - (times.t2 - times.t1));
        clock.add(times);
      }
      const errorUs = Math.abs((clock.offsetUs ?? 0) - offsetUs);
      // The drift allowance lets a slightly worse exchange replace an older one.
      assert.ok(errorUs <= smallest / 2 + 10, `${label}: error ${errorUs}, bound ${smallest / 2}`);
    }
  });

  test('an exchange that contradicts the ones before counts at once: the camera’s clock was set', () => {
    const clock = new ClockOffset();
    assert.equal(clock.add(exchange(0, 5_000_000, 500, 500)), 0);
    const excessUs = clock.add(exchange(10_000_000, 4_000_000, 90_000, 90_000));
    assert.ok((excessUs ?? 0) > 900_000, `${excessUs}`);
    assert.equal(clock.offsetUs, 4_000_000);
  });

  for (const [name, times] of [
    ['answered before the request', { t0: 100, t1: 0, t2: 0, t3: 99 }],
    ['sent before it was received', { t0: 0, t1: 100, t2: 99, t3: 1_000 }],
    ['longer in the server than on the way', { t0: 0, t1: 0, t2: 1_000, t3: 10 }],
    ['not a number', { t0: Number.NaN, t1: 0, t2: 0, t3: 0 }],
    ['infinite', { t0: 0, t1: 0, t2: 0, t3: Infinity }],
  ] as const) {
    test(`an exchange that is ${name} changes nothing`, () => {
      const clock = new ClockOffset();
      assert.equal(clock.add(times), undefined);
      assert.equal(clock.offsetUs, undefined);
    });
  }
});

suite('capture time', () => {
  test("without an offset the network's delay is taken as 0", () => {
    assert.equal(captureTimeUs({ captureUs: 100, sendUs: 4_100 }, 9_000_000, undefined), 8_996_000);
  });

  test('with an offset it is the camera’s time on the server’s clock', () => {
    assert.equal(captureTimeUs({ captureUs: 100, sendUs: 4_100 }, 9_000_000, 8_980_000), 8_980_100);
  });

  test('it is never later than the arrival minus the time in the camera', () => {
    assert.equal(captureTimeUs({ captureUs: 100, sendUs: 4_100 }, 9_000_000, 9_999_999), 8_996_000);
  });
});
