import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ackWindowSize } from '../../../server/core/link/ack-window-size.ts';
import { AckWindow, sequenceDistance } from '../../../server/core/link/ack-window.ts';
import { seededRandom } from '../../support/seeded-random.ts';

suite('ack window', () => {
  test('it passes as many frames as its size, and the next one waits', () => {
    const window = new AckWindow<string>(2);
    const taken = ['a', 'b', 'c'].map((frame) => {
      window.offer(frame);
      return window.take(0);
    });
    assert.deepEqual(taken, [{ frame: 'a', sequence: 0 }, { frame: 'b', sequence: 1 }, undefined]);
  });

  test('the newest frame replaces the waiting one, which is counted', () => {
    const window = new AckWindow<string>(1);
    window.offer('a');
    assert.deepEqual(window.take(0), { frame: 'a', sequence: 0 });
    window.offer('b');
    window.offer('c');
    assert.equal(window.take(0), undefined);
    assert.equal(window.passedOver, 1);
    assert.equal(window.acknowledge(0), true);
    assert.deepEqual(window.take(0), { frame: 'c', sequence: 1 });
  });

  test('an acknowledgement covers every frame before it', () => {
    const window = new AckWindow<number>(3);
    for (const frame of [0, 1, 2]) {
      window.offer(frame);
      window.take(frame * 10);
    }
    assert.equal(window.oldestSentAtUs, 0);
    window.acknowledge(1);
    assert.equal(window.inFlight, 1);
    assert.equal(window.oldestSentAtUs, 20);
    window.acknowledge(2);
    assert.equal(window.oldestSentAtUs, undefined);
  });

  test('an old acknowledgement changes nothing, one for a frame never sent is refused', () => {
    const window = new AckWindow<number>(2);
    window.offer(1);
    window.take(0);
    assert.equal(window.acknowledge(0), true);
    assert.equal(window.acknowledge(0), true);
    assert.equal(window.acknowledge(1), false);
    assert.equal(window.acknowledge(2 ** 31 - 1), false);
    assert.equal(window.inFlight, 0);
  });

  test('sequence numbers continue after 2^32 - 1 with 0', () => {
    const window = new AckWindow<number>(2, 2 ** 32 - 1);
    window.offer(1);
    assert.equal(window.take(0)?.sequence, 2 ** 32 - 1);
    window.offer(2);
    assert.equal(window.take(0)?.sequence, 0);
    assert.equal(window.acknowledge(2 ** 32 - 1), true);
    assert.equal(window.inFlight, 1);
    assert.equal(window.acknowledge(0), true);
    assert.equal(window.inFlight, 0);
    assert.equal(sequenceDistance(0, 2 ** 32 - 1), 1);
    assert.equal(sequenceDistance(2 ** 32 - 1, 0), -1);
  });

  test('a wider window takes effect at once, and is never narrower than 1', () => {
    const window = new AckWindow<number>(1);
    window.offer(1);
    window.take(0);
    window.offer(2);
    assert.equal(window.take(0), undefined);
    window.size = 2;
    assert.equal(window.take(0)?.frame, 2);
    window.size = 0;
    assert.equal(window.size, 1);
  });

  test('at most its size is unacknowledged, and every frame is sent, waiting or counted', () => {
    const { random, label } = seededRandom();
    for (let round = 0; round < 200; round++) {
      const size = 1 + Math.floor(random() * 8);
      const first = random() < 0.5 ? 0 : 2 ** 32 - Math.floor(random() * 20);
      const window = new AckWindow<number>(size, first);
      let offered = 0;
      let lastFrame = -1;
      const sent: number[] = [];
      for (let step = 0; step < 300; step++) {
        if (random() < 0.5) window.offer(offered++);
        const next = window.take(step);
        if (next) {
          assert.ok(next.frame > lastFrame, `${label}: an older frame after a newer one`);
          lastFrame = next.frame;
          sent.push(next.sequence);
        }
        assert.ok(window.inFlight <= size, label);
        if (random() < 0.3 && sent.length > 0) {
          const acknowledged = Math.floor(random() * sent.length);
          assert.equal(window.acknowledge(sent[acknowledged] ?? 0), true, label);
          assert.ok(window.inFlight <= sent.length - 1 - acknowledged, label);
        }
      }
      while (window.inFlight > 0) window.acknowledge(sent.at(-1) ?? 0);
      const waiting = window.take(0) ? 1 : 0;
      assert.equal(sent.length + waiting + window.passedOver, offered, label);
    }
  });
});

suite('ack window size', () => {
  for (const [roundTripMs, fps, size] of [
    [1, 25, 2],
    [40, 25, 2],
    [41, 25, 3],
    [100, 25, 4],
    [200, 25, 6],
    [280, 25, 8],
    [5_000, 60, 8],
    [100, 0, 2],
    [Infinity, 0, 2],
  ] as const) {
    test(`${roundTripMs} ms at ${fps} fps: ${size}`, () => {
      assert.equal(ackWindowSize(roundTripMs * 1000, fps), size);
    });
  }

  test('a link limited by its window gets a wider one until the camera’s full rate passes', () => {
    let size = 2;
    for (let step = 0; step < 10; step++) size = ackWindowSize(200_000, Math.min(25, size / 0.2));
    assert.equal(size, 6);
  });

  test('a link limited by its bandwidth keeps the smallest window', () => {
    // 5 fps over a link whose own round trip is 20 ms.
    assert.equal(ackWindowSize(20_000, 5), 2);
  });
});
