/**
 * The keys under which a site seals its cameras' pictures, and which edges have them.
 *
 * Invariants: an edge that may no longer have a camera cannot open what is sealed after `renewUnless` has been called: at
 * once when the site has dropped it, else after MIN_INTERVAL_US at the latest, since each new key costs the other edges
 * a round trip; an id names one key, also after the site has started again, when edges still have the keys of before.
 * Time is an argument.
 */

import { randomBytes, randomInt } from 'node:crypto';
import { FRAME_KEY_BYTES, type FrameKey } from './frame-seal.ts';

/** Between two keys of a camera, unless an edge is dropped. */
export const MIN_INTERVAL_US = 10_000_000;

interface CameraKey extends FrameKey {
  madeUs: number;
  /** Edges that were given it. */
  readonly holders: Set<string>;
}

export class CameraKeys {
  readonly #keys = new Map<string, CameraKey>();
  #lastId = randomInt(2 ** 32);

  get size(): number {
    return this.#keys.size;
  }

  /** To seal with. */
  of(cameraId: string, nowUs: number): FrameKey {
    return this.#of(cameraId, nowUs);
  }

  /** The caller has checked that the edge may have the camera. */
  give(cameraId: string, edge: string, nowUs: number): FrameKey {
    const key = this.#of(cameraId, nowUs);
    key.holders.add(edge);
    return key;
  }

  /** Makes new keys for the cameras that a holder of the key may not have any more. @param now whether none waits */
  renewUnless(mayHave: (edge: string, cameraId: string) => boolean, nowUs: number, now: boolean): void {
    for (const [cameraId, { holders, madeUs }] of this.#keys) {
      if (!now && nowUs - madeUs < MIN_INTERVAL_US) continue;
      if ([...holders].every((edge) => mayHave(edge, cameraId))) continue;
      this.#keys.set(cameraId, this.#make(nowUs));
    }
  }

  remove(cameraId: string): void {
    this.#keys.delete(cameraId);
  }

  #of(cameraId: string, nowUs: number): CameraKey {
    const known = this.#keys.get(cameraId);
    if (known) return known;
    const made = this.#make(nowUs);
    this.#keys.set(cameraId, made);
    return made;
  }

  #make(madeUs: number): CameraKey {
    this.#lastId = (this.#lastId + 1) % 2 ** 32;
    return { id: this.#lastId, key: randomBytes(FRAME_KEY_BYTES), madeUs, holders: new Set() };
  }
}
