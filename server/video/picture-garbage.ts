/**
 * Frees the buffers that pictures arrived in soon, by collections of the young generation, which cost a millisecond or two.
 *
 * Each picture takes twice its size of memory outside of V8's heap: as it was read, and in one piece. V8 counts those bytes
 * towards the limit at which it marks its whole heap, and a picture makes so few objects that its young generation is not full
 * before: with 250 pictures a second, half of the server's CPU time was spent on that (docs/measured.md).
 *
 * Invariants: one collection for each COLLECT_BYTES of pictures, and none without pictures; where V8 offers no such
 * collection, it decides by itself.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Far below the least growth of the heap for which V8 marks it, 12 MB: pictures count twice, and other memory comes on top. */
export const COLLECT_BYTES = 2 * 1024 * 1024;

export class PictureGarbage {
  readonly #collect: () => void;
  #bytes = 0;

  /** @param collect frees what is young and unused */
  constructor(collect: () => void = youngCollection()) {
    this.#collect = collect;
  }

  /** A picture of so many bytes was passed on. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < COLLECT_BYTES) return;
    this.#bytes = 0;
    this.#collect();
  }
}

/** The function that V8 has for it; no other code of the process gets it. */
export function youngCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect !== 'function') return () => undefined;
  return () => (collect as (options: object) => void)({ type: 'minor', execution: 'sync' });
}
