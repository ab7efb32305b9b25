import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LossCause, type LossVerdict } from '../../../server/core/bandwidth/loss-cause.ts';

const PACKET_US = 10_000;

/** A viewer whose packets are lost evenly. */
class Losing {
  readonly cause = new LossCause();
  #nowUs = 0;
  #owed = 0;

  /** @returns what it says of these seconds, and when, without 'none' */
  run(seconds: number, share: number): { verdict: LossVerdict; atS: number }[] {
    const verdicts = [];
    for (const untilUs = this.#nowUs + seconds * 1e6; this.#nowUs < untilUs; this.#nowUs += PACKET_US) {
      this.#owed += share;
      const isLost = this.#owed >= 1;
      if (isLost) this.#owed--;
      const sentUs = this.#nowUs;
      const verdict = this.cause.add(
        {
          sentUs,
          arrivedUs: isLost ? undefined : sentUs,
          wasLost: false,
          isUnreported: false,
          bytes: 1200,
          probe: 0,
        },
        sentUs,
      );
      if (verdict === 'none') continue;
      if (verdict === 'full') this.cause.lowered();
      verdicts.push({ verdict, atS: sentUs / 1e6 });
    }
    return verdicts;
  }
}

test('losses of less than a third at one rate are tried at no lower one', () => {
  assert.deepEqual(new Losing().run(120, 0.3), []);
});

test('losses that stay the same at a lower rate are random, and not tried again for a minute', () => {
  const [first, second, third] = new Losing().run(90, 0.4);
  assert.ok(first && second && third);
  assert.deepEqual([first.verdict, second.verdict, third.verdict], ['full', 'random', 'full']);
  assert.ok(second.atS - first.atS < 2, `${second.atS - first.atS} s`);
  assert.ok(third.atS - second.atS >= 60, `${third.atS - second.atS} s`);
});

test('after a lower rate has helped, a smaller share is enough to lower it again', () => {
  const losing = new Losing();
  assert.deepEqual(losing.run(3.01, 0.4), [{ verdict: 'full', atS: 3 }]);
  assert.deepEqual(losing.run(2, 0.02), []);
  assert.equal(losing.run(2, 0.1)[0]?.verdict, 'full');
});
