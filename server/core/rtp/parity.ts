/**
 * XOR of payloads, which forward error correction sends so that a viewer can compute one lost payload from the others.
 *
 * Invariants: the XOR of parities is the parity of all their payloads; each set of payloads that many viewers share is computed
 * once. It works on words, so a viewer costs far less than its encryption.
 */

/** The parity of one set of payloads. */
export interface Parity {
  /** As long as the longest payload; the others count as followed by zeros. */
  readonly words: Int32Array;
  readonly bytes: number;
}

/** An aligned copy of a payload is needed to read words of it. */
let scratch = new Int32Array(512);

/** @param payloads empty ones and none at all are allowed */
export function parityOf(payloads: readonly Uint8Array[]): Parity {
  const bytes = payloads.reduce((longest, { length }) => Math.max(longest, length), 0);
  const words = new Int32Array(Math.ceil(bytes / 4));
  for (const payload of payloads) {
    const used = Math.ceil(payload.length / 4);
    if (scratch.length < used) scratch = new Int32Array(used);
    if (used > 0) scratch[used - 1] = 0;
    new Uint8Array(scratch.buffer).set(payload);
    for (let i = 0; i < used; i++) words[i] = (words[i] ?? 0) ^ (scratch[i] ?? 0);
  }
  return { words, bytes };
}

/** @returns the parity of the payloads of all of them */
export function parityOfParities(parities: readonly Parity[]): Parity {
  const [first] = parities;
  if (first && parities.length === 1) return first;
  const bytes = parities.reduce((longest, parity) => Math.max(longest, parity.bytes), 0);
  const words = new Int32Array(Math.ceil(bytes / 4));
  for (const parity of parities) {
    for (let i = 0; i < parity.words.length; i++) words[i] = (words[i] ?? 0) ^ (parity.words[i] ?? 0);
  }
  return { words, bytes };
}

/** Packets of a frame, by their index, in order. */
export type Pattern = readonly number[];

export function picked<T extends object>(items: readonly T[], pattern: Pattern): T[] {
  return pattern.flatMap((i) => items[i] ?? []);
}

const parities = new WeakMap<readonly { payload: Uint8Array }[], Map<string, Parity>>();

/** @param payloads of a frame: the parity is kept as long as the array itself, for the other viewers who get it */
export function sharedParityOf(
  payloads: readonly { readonly payload: Uint8Array }[],
  pattern: Pattern,
): Parity {
  const known = parities.get(payloads) ?? new Map<string, Parity>();
  if (known.size === 0) parities.set(payloads, known);
  const key = pattern.join();
  const parity = known.get(key) ?? parityOf(picked(payloads, pattern).map(({ payload }) => payload));
  known.set(key, parity);
  return parity;
}
