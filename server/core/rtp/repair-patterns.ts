/**
 * Decides which packets of one frame each of its repair packets protects.
 *
 * A repair packet restores one packet, if that is the only missing one of its set. So each packet is in two repair packets, and
 * no two packets are in the same two, as long as there are pairs; then in three, then in one. This repairs any two losses, and
 * more losses unless they form a cycle; consecutive packets, which bursts hit, are in different pairs. Invariants: each packet is
 * protected; each repair packet protects some; no mask is longer than its format allows.
 */

import { MAX_PROTECTED_SPAN } from './flexfec.ts';
import type { Pattern } from './parity.ts';

/** Patterns already computed, by the frames that a mask covers: a few thousand short arrays at most. */
const known = new Map<string, readonly Pattern[]>();

/**
 * @param packets of the frame
 * @param repairs 1 … `packets`
 * @returns one for each repair packet
 */
export function repairPatterns(packets: number, repairs: number): readonly Pattern[] {
  if (packets > MAX_PROTECTED_SPAN) return inParts(packets, repairs);
  const key = `${packets}/${repairs}`;
  const patterns = known.get(key) ?? rowsOf(packets, repairs);
  known.set(key, patterns);
  return patterns;
}

/** Every nth packet, from `first` on. */
export function everyNth(packets: number, step: number, first = 0): Pattern {
  return Array.from({ length: Math.max(0, Math.ceil((packets - first) / step)) }, (_, i) => first + i * step);
}

function rowsOf(packets: number, repairs: number): readonly Pattern[] {
  const columns = columnsOf(repairs);
  const rows = Array.from({ length: repairs }, (): number[] => []);
  for (let i = 0; i < packets; i++) for (const row of columns[i % columns.length] ?? []) rows[row]?.push(i);
  return rows.filter((row) => row.length > 0);
}

/** Different sets of repair packets, one for each packet. */
function columnsOf(repairs: number): number[][] {
  const all = Array.from({ length: repairs }, (_, i) => i);
  const pairs = Array.from({ length: Math.floor(repairs / 2) }, (_, i) => pairsApart(repairs, i + 1)).flat();
  const triples = all.flatMap((a) => all.slice(a + 1).flatMap((b) => all.slice(b + 1).map((c) => [a, b, c])));
  return [...pairs, ...triples, ...all.map((a) => [a])];
}

/** Neighbours share no repair packet, as far as possible. */
function pairsApart(repairs: number, distance: number): number[][] {
  const begins = Array.from({ length: 2 * distance === repairs ? distance : repairs }, (_, i) => i);
  return begins.toSorted((a, b) => (a % 2) - (b % 2) || a - b).map((a) => [a, (a + distance) % repairs]);
}

/** A frame that exceeds the reach of a mask is split into parts within it. A few repair packets protect the end of each part. */
function inParts(packets: number, repairs: number): Pattern[] {
  const parts = Math.min(repairs, Math.ceil(packets / MAX_PROTECTED_SPAN));
  const share = (of: number, part: number): number => Math.floor((of * part) / parts);
  return Array.from({ length: parts }, (_, part) => {
    const end = share(packets, part + 1);
    const first = Math.max(share(packets, part), end - MAX_PROTECTED_SPAN);
    return repairPatterns(end - first, share(repairs, part + 1) - share(repairs, part)).map((row) =>
      row.map((i) => first + i),
    );
  }).flat();
}
