/**
 * While single pictures take the place of video, both would share a line that is too narrow for one of them. The video is held
 * back then, and let through now and again, to see whether it passes. Pure: time is an argument.
 *
 * Invariants: video is held back only while pictures come over a path that stands; it is probed ever more seldom, and at once
 * when there is a new path, also when that was found just before the pictures.
 */

import type { PictureWay } from './picture-way.ts';

const FIRST_WAIT_MS = 8_000;
const MAX_WAIT_MS = 64_000;
/** A keyframe needs a second on a thin line, and then video has to come for two. */
const PROBE_MS = 4_000;
/** Video that has lasted so long has proved its line. */
const PROVEN_MS = 30_000;

export class VideoProbes {
  #way: PictureWay = 'video';
  /** Since when the path stands; null while there is none. */
  #pathSinceMs: number | null = null;
  #waitMs = FIRST_WAIT_MS;
  /** Of the way. */
  #sinceMs = -Infinity;
  /** The next probe begins then, or the one that goes on began. */
  #probeAtMs = 0;

  /**
   * To be called about twice a second.
   *
   * @param way the one that is shown
   * @param hasPath a path to the server stands
   * @returns whether the video is to be held back
   */
  isHeld(nowMs: number, way: PictureWay, hasPath: boolean): boolean {
    const isNewWay = way !== this.#way;
    const isNewPath = hasPath && this.#pathSinceMs === null;
    this.#pathSinceMs = hasPath ? (this.#pathSinceMs ?? nowMs) : null;
    if (way === 'pictures' && isNewWay) {
      const isProven = nowMs - this.#sinceMs > PROVEN_MS;
      this.#waitMs = isProven ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
    }
    const isUntried = this.#pathSinceMs !== null && nowMs - this.#pathSinceMs < PROBE_MS;
    if (isNewPath || (isNewWay && isUntried)) {
      this.#waitMs = FIRST_WAIT_MS;
      this.#probeAtMs = this.#pathSinceMs ?? nowMs;
    }
    if (isNewWay) this.#sinceMs = nowMs;
    this.#way = way;
    if (way === 'video' || !hasPath) return false;
    if (nowMs >= this.#probeAtMs + PROBE_MS) {
      this.#waitMs = Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
    }
    return nowMs < this.#probeAtMs;
  }
}
