/**
 * The codec processes for suspects: each suspect has its own while there are enough, beyond that suspects share.
 *
 * Invariant: no trusted camera is in such a process, their number is bounded, and one without suspects ends.
 */

import type { CodecPlace } from './codec-place.ts';

export class CodecConfinement {
  readonly #maxPlaces: number;
  readonly #add: () => CodecPlace;
  readonly #places = new Map<string, CodecPlace>();

  constructor(maxPlaces: number, add: () => CodecPlace) {
    this.#maxPlaces = maxPlaces;
    this.#add = add;
  }

  placeOf(cameraId: string): CodecPlace {
    const place = this.#places.get(cameraId) ?? this.#choose();
    this.#places.set(cameraId, place);
    return place;
  }

  /** The camera is trusted again, or set aside. */
  release(cameraId: string): void {
    this.#places.delete(cameraId);
  }

  holds(place: CodecPlace): boolean {
    return this.#places.values().some((held) => held === place);
  }

  succeed(old: CodecPlace, fresh: CodecPlace): void {
    for (const [cameraId, place] of this.#places) if (place === old) this.#places.set(cameraId, fresh);
  }

  #choose(): CodecPlace {
    const suspects = new Map<CodecPlace, number>();
    for (const place of this.#places.values()) suspects.set(place, (suspects.get(place) ?? 0) + 1);
    if (suspects.size < this.#maxPlaces) return this.#add();
    const [fewest] = [...suspects].toSorted(([, a], [, b]) => a - b);
    return fewest?.[0] ?? this.#add();
  }
}
