import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameLayer } from '../../../server/core/video/encoded-frame.ts';
import { MAX_PROTECTED_SPAN } from '../../../server/core/rtp/flexfec.ts';
import { repairPatterns } from '../../../server/core/rtp/repair-patterns.ts';
import { RepairPlan } from '../../../server/core/rtp/repair-plan.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const BASE: FrameLayer = { tid: 0, layerSync: false };
const TOP: FrameLayer = { tid: 2, layerSync: true };
const MIDDLE: FrameLayer = { tid: 1, layerSync: true };
const LAST: FrameLayer = { tid: 2, layerSync: false };

/**
 * Frames with numbered packets; a repair packet by the numbers that it protects. After each frame, a number is that of
 * no packet.
 */
class Planned {
  readonly plan = new RepairPlan<{
    payloads: readonly { number: number }[];
    layer: FrameLayer | undefined;
  }>();
  #next = 0;

  frame(packetCount: number, share: number, layer: FrameLayer | undefined = TOP): number[][] {
    const payloads = Array.from({ length: packetCount }, () => ({ number: this.#next++ }));
    this.#next++;
    return this.plan
      .next({ payloads, layer }, share)
      .map((parts) =>
        parts.flatMap(({ frame, pattern }) => pattern.map((i) => frame.payloads[i]?.number ?? -1)),
      );
  }
}

/** @returns whether a viewer that repairs one packet at a time gets all of these back */
function areRepaired(lost: readonly number[], repairs: readonly (readonly number[])[]): boolean {
  const missing = new Set(lost);
  bringBack(missing, repairs);
  return missing.size === 0;
}

function bringBack(missing: Set<number>, repairs: readonly (readonly number[])[]): void {
  for (let before = Infinity; missing.size < before;) {
    before = missing.size;
    for (const numbers of repairs) {
      const [first, ...others] = numbers.filter((number) => missing.has(number));
      if (first !== undefined && others.length === 0) missing.delete(first);
    }
  }
}

test('the one repair packet of a frame protects all of it', () => {
  const planned = new Planned();
  assert.deepEqual(planned.frame(5, 0.2), [[0, 1, 2, 3, 4]]);
  assert.deepEqual(planned.frame(4, 0.2), [[6, 7, 8, 9]]);
});

test('any two losses of a frame are repaired, two in a row and a repair packet among them', () => {
  for (let packets = 5; packets <= MAX_PROTECTED_SPAN; packets++) {
    const repairs = repairPatterns(packets, Math.ceil(0.5 * packets));
    for (let a = 0; a < packets; a++) {
      for (let b = a + 1; b < packets; b++) assert.ok(areRepaired([a, b], repairs), `${packets}: ${a}, ${b}`);
      if (a > 0 && repairs.length > 4)
        for (const lost of repairs) {
          const others = repairs.filter((repair) => repair !== lost);
          assert.ok(areRepaired([a - 1, a], others), `${packets}: ${a - 1}, ${a} without ${lost.join()}`);
        }
    }
  }
});

test('packets that a frame’s repair packets could not restore are restored by those of later frames that refer to it', () => {
  const planned = new Planned();
  const [before, base] = [planned.frame(8, 0.4, BASE), planned.frame(8, 0.4, BASE)];
  // They are in the same repair packets.
  const lost = [9, 16];
  assert.ok(!areRepaired(lost, [...before, ...base]));
  const later = [
    planned.frame(3, 0.4, TOP),
    planned.frame(4, 0.4, MIDDLE),
    planned.frame(3, 0.4, LAST),
  ].flat();
  assert.ok(areRepaired(lost, [...base, ...later]));
});

test('five repair packets in a row protect parts of the referenced frame that tell any two of its packets apart', () => {
  const planned = new Planned();
  planned.frame(6, 0.4, BASE);
  const turns = Array.from({ length: 5 }, () =>
    planned.frame(1, 1, TOP).flatMap((numbers) => numbers.filter((number) => number < 6)),
  );
  for (const part of turns) assert.ok(part.length > 0 && part.length < 6, String(part));
  const turnsOf = (number: number): string => turns.map((part) => part.includes(number)).join();
  assert.equal(new Set([0, 1, 2, 3, 4, 5].map(turnsOf)).size, 6);
});

test('a frame that was lost without harm keeps no later one from being repaired', () => {
  const planned = new Planned();
  planned.frame(8, 0.4, BASE);
  planned.frame(3, 0.4, TOP);
  const protectedNumbers = new Set(planned.frame(4, 0.4, MIDDLE).flat());
  for (const number of [9, 10, 11]) assert.ok(!protectedNumbers.has(number));
});

test('at 5 % loss, few frames of the base layer come later than at once, and hardly any by a retransmission', () => {
  const { random, label } = seededRandom();
  const planned = new Planned();
  const pattern = [
    [BASE, 8],
    [TOP, 3],
    [MIDDLE, 4],
    [LAST, 3],
  ] as const;
  const missing = new Set<number>();
  let repairs: number[][] = [];
  let [bases, late, lost, number] = [0, 0, 0, 0];
  let base: number[] = [];
  for (let frame = 0; frame < 24_000; frame++) {
    const [layer, size] = pattern[frame % 4] ?? [BASE, 8];
    const numbers = Array.from({ length: size }, () => number++);
    number++;
    // The one before has had its last chance, for this one refers to it.
    if (layer === BASE) lost += Number(base.some((each) => missing.has(each)));
    for (const each of numbers) if (random() < 0.05) missing.add(each);
    repairs.push(...planned.frame(size, 0.4, layer).filter(() => random() >= 0.05));
    bringBack(missing, repairs);
    if (layer !== BASE) continue;
    bases++;
    late += Number(numbers.some((each) => missing.has(each)));
    base = numbers;
    for (const each of missing) if (each < number - 100) missing.delete(each);
    repairs = repairs.slice(-20);
  }
  assert.ok(late < bases / 50, `${late} of ${bases} ${label}`);
  assert.ok(lost < bases / 200, `${lost} of ${bases} ${label}`);
});

test('small frames share a repair packet, which protects each packet of theirs', () => {
  const planned = new Planned();
  const repairs = Array.from({ length: 20 }, () => planned.frame(1, 0.2, undefined)).flat();
  assert.equal(repairs.length, 4);
  const numbers = Array.from(new Set(repairs.flat())).toSorted((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => 2 * i),
  );
});

test('each packet is protected, the share is kept, and no mask is too long, for frames of any size', () => {
  for (const share of [0.2, 0.4, 0.6]) {
    const planned = new Planned();
    const sizes = Array.from({ length: 300 }, (_, i) => 1 + ((i * 37) % (i % 50 === 0 ? 30 : 9)));
    const layers = [BASE, TOP, MIDDLE, LAST];
    const repairs = sizes.flatMap((size, i) => planned.frame(size, share, layers[i % 4]));
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
    assert.ok(new Set(repairs.flat()).size >= packets - 30, 'but for the last frames');
  }
});

test('a frame larger than masks reach is protected in parts', () => {
  const repairs = new Planned().frame(240, 0.2);
  assert.equal(repairs.length, 48);
  for (const repair of repairs) assert.ok((repair.at(-1) ?? 0) - (repair[0] ?? 0) < MAX_PROTECTED_SPAN);
  assert.equal(new Set(repairs.flat()).size, 240);
});

test('nothing from before a restart is protected', () => {
  const planned = new Planned();
  planned.frame(1, 0.2);
  planned.plan.restart();
  assert.deepEqual(planned.frame(4, 0.2), [[2, 3, 4, 5]]);
});

test('without loss, no repair packet is owed later', () => {
  const planned = new Planned();
  for (let i = 0; i < 50; i++) assert.deepEqual(planned.frame(7, 0), []);
  assert.equal(planned.frame(5, 0.2).length, 1);
});
