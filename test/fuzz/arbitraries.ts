/** Hostile input: valid input with a few changes, which gets further into a parser than noise. */

import * as fc from 'fast-check';

const INTERESTING = [
  0, 1, 2, 3, 4, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff,
];

/** One change of some bytes; positions are shares of the length, so that they fit every length. */
type Edit = (bytes: Uint8Array) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Uint8Array, share: number): number =>
  Math.min(bytes.length, Math.floor(share * bytes.length));

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([share, value]): Edit => (bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[Math.min(changed.length - 1, at(changed, share))] = value;
    return changed;
  }),
  fc
    .tuple(place, fc.constantFrom(1, 2, 4), fc.constantFrom(...INTERESTING), fc.boolean())
    .map(([share, width, value, little]): Edit => (bytes) => {
      const changed = Buffer.from(bytes);
      const offset = at(changed, share);
      if (offset + width > changed.length) return changed;
      const masked = value % 2 ** (8 * width);
      if (little) changed.writeUIntLE(masked, offset, width);
      else changed.writeUIntBE(masked, offset, width);
      return changed;
    }),
  place.map(
    (share): Edit =>
      (bytes) =>
        Buffer.from(bytes.subarray(0, at(bytes, share))),
  ),
  fc.tuple(place, place).map(([one, other]): Edit => (bytes) => {
    const [start, end] = [at(bytes, Math.min(one, other)), at(bytes, Math.max(one, other))];
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  }),
  fc.tuple(place, place).map(([one, other]): Edit => (bytes) => {
    const [start, end] = [at(bytes, Math.min(one, other)), at(bytes, Math.max(one, other))];
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 64 })).map(([share, more]): Edit => (bytes) => {
    const offset = at(bytes, share);
    return Buffer.concat([bytes.subarray(0, offset), more, bytes.subarray(offset)]);
  }),
);

/** One of `good` with up to six changes, and now and then plain noise. */
export function mutatedBytes(good: fc.Arbitrary<Uint8Array>, noiseBytes = 2_048): fc.Arbitrary<Buffer> {
  return fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(good, fc.array(edit, { maxLength: 6 }))
        .map(([bytes, edits]) =>
          edits.reduce<Buffer>((changed, change) => change(changed), Buffer.from(bytes)),
        ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: noiseBytes }).map((noise) => Buffer.from(noise)) },
  );
}

/** A few bytes repeated, up to a mebibyte: slows down a parser that reads everything twice. */
export const repeatedBytes: fc.Arbitrary<Buffer> = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(20))
  .map(([pattern, exponent]) => Buffer.alloc(2 ** exponent, pattern));

/** Values that often break programs. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    -1,
    -0,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 1,
    '',
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '𝒳'.repeat(40),
    'a'.repeat(5_000),
    [],
    {},
    [[[[[[]]]]]],
    { length: 1e9 },
    { length: { toString: null } },
    { size: { toString: null } },
    { toString: null },
    Array.from({ length: 1_500 }, () => 'x'),
  ),
);

/** JSON text close to one of the examples: fields replaced, omitted or added, or the text itself damaged. */
export function mutatedJson(...examples: readonly unknown[]): fc.Arbitrary<string> {
  const change = fc.record({
    steps: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
    value: oddValue,
    kind: fc.constantFrom('replace', 'remove', 'add'),
    name: fc.constantFrom('__proto__', 'constructor', 'toString', 'type', 'id', 'more', ''),
  });
  const changed = fc
    .tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 3 }))
    .map(([example, changes]) => {
      const root = { value: structuredClone(example) };
      for (const { steps, value, kind, name } of changes)
        alter(root, [0, ...steps], structuredClone(value), kind, name);
      return JSON.stringify(root.value) ?? '';
    });
  const damaged = mutatedBytes(changed.map((text) => Buffer.from(text))).map((bytes) =>
    bytes.toString('latin1'),
  );
  return fc.oneof(
    { weight: 8, arbitrary: changed },
    { weight: 2, arbitrary: damaged },
    { weight: 1, arbitrary: fc.json({ maxDepth: 8 }) },
    {
      weight: 1,
      arbitrary: fc.nat(14).map((exponent) => '['.repeat(2 ** exponent) + ']'.repeat(2 ** exponent)),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  );
}

/** Walks down by the steps, each the number of a field, and changes the value there. */
function alter(parent: object, steps: readonly number[], value: unknown, kind: string, name: string): void {
  const keys = Object.keys(parent);
  const [step = 0, ...rest] = steps;
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return;
  const fields = parent as Record<string, unknown>;
  const child = fields[key];
  if (rest.length > 0 && typeof child === 'object' && child !== null)
    return alter(child, rest, value, kind, name);
  if (kind === 'remove' && !('value' in parent && keys.length === 1)) delete fields[key];
  // As its own field, because JSON.parse makes one too, unlike an assignment.
  else if (kind === 'add')
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  else fields[key] = value;
}

/** Bytes as from a stream: in pieces, some of them empty. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [0, ...cuts.map((share) => at(bytes, share)), bytes.length].sort((a, b) => a - b);
  return offsets.slice(1).map((end, index) => bytes.subarray(offsets[index] ?? 0, end));
}

export const cuts = fc.array(place, { maxLength: 8 });

/** Characters that may be in a header's line, and some that may not. */
export const headerText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', ',', ', ,', 'null', '%', '%E0%A4%A', '[', '[]', '[::1', '::', 'a'.repeat(4_000)),
);
