import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PROTECTED_SPAN } from '../../../server/core/rtp/flexfec.ts';
import { combed } from '../../../server/core/rtp/parity.ts';
import { RepairPlan } from '../../../server/core/rtp/repair-plan.ts';

/** Frames with numbered packets; a repair packet by the numbers that it protects. */
class Planned {
  readonly plan = new RepairPlan<{ payloads: readonly number[] }>();
  #next = 0;

  frame(packetCount: number, share: number): number[][] {
    const payloads = Array.from({ length: packetCount }, () => this.#next++);
    return this.plan
      .next({ payloads }, share)
      .map((parts) => parts.flatMap(({ frame, comb }) => combed(frame.payloads, comb)));
  }
}

test('the one repair packet of a frame protects all of it', () => {
  const planned = new Planned();
  assert.deepEqual(planned.frame(5, 0.2), [[0, 1, 2, 3, 4]]);
  assert.deepEqual(planned.frame(4, 0.2), [[5, 6, 7, 8]]);
});

test('the second protects half of it, and a third of each of the two frames before', () => {
  const planned = new Planned();
  planned.frame(6, 0.4);
  planned.frame(6, 0.4);
  assert.deepEqual(planned.frame(5, 0.4), [
    [12, 13, 14, 15, 16],
    [1, 4, 6, 9, 13, 15],
  ]);
});

test('small frames share a repair packet, which protects each packet of theirs', () => {
  const planned = new Planned();
  const repairs = Array.from({ length: 20 }, () => planned.frame(1, 0.2)).flat();
  assert.equal(repairs.length, 4);
  assert.deepEqual(
    repairs.flat(),
    Array.from({ length: repairs.flat().length }, (_, i) => i),
  );
});

test('a large frame is protected in turns, so that a burst of losses is in as many repair packets', () => {
  assert.deepEqual(new Planned().frame(10, 0.4), [
    [0, 4, 8],
    [1, 5, 9],
    [2, 6],
    [3, 7],
  ]);
});

test('each packet is protected, the share is kept, and no mask is too long, for frames of any size', () => {
  for (const share of [0.2, 0.4]) {
    const planned = new Planned();
    const sizes = Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % (i % 50 === 0 ? 30 : 9)));
    const repairs = sizes.flatMap((size) => planned.frame(size, share));
    const packets = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(Math.abs(repairs.length - share * packets) <= 1, `${repairs.length} of ${packets}`);
    for (const repair of repairs) {
      assert.ok(repair.length > 0);
      assert.ok((repair.at(-1) ?? 0) - (repair[0] ?? 0) < MAX_PROTECTED_SPAN, String(repair));
      assert.deepEqual(
        repair,
        Array.from(new Set(repair)).toSorted((a, b) => a - b),
      );
    }
    const known = new Set(repairs.flat());
    const last = Math.max(...known);
    assert.equal(known.size, last + 1);
  }
});

test('a frame larger than masks reach is protected in parts', () => {
  const repairs = new Planned().frame(240, 0.2);
  assert.equal(repairs.length, 48);
  for (const repair of repairs) assert.ok((repair.at(-1) ?? 0) - (repair[0] ?? 0) < MAX_PROTECTED_SPAN);
  assert.deepEqual(
    repairs.flat().toSorted((a, b) => a - b),
    Array.from({ length: 240 }, (_, i) => i),
  );
});

test('nothing from before a restart is protected', () => {
  const planned = new Planned();
  planned.frame(1, 0.2);
  planned.plan.restart();
  assert.deepEqual(planned.frame(4, 0.2), [[1, 2, 3, 4]]);
});

test('where nothing is to be repaired, none is owed later', () => {
  const planned = new Planned();
  for (let i = 0; i < 50; i++) assert.deepEqual(planned.frame(7, 0), []);
  assert.equal(planned.frame(5, 0.2).length, 1);
});
