/**
 * While pictures replace video, both would share a line that is too narrow for one of them. Video is paused then, and resumed
 * now and again for a probe: does it pass? Pure: time is an argument.
 *
 * Invariants: video is paused only while pictures arrive and a path is connected; the time between probes doubles; a new path is
 * probed at once, also one that was found just before the pictures.
 */

import type { SourceKind } from './live-source.ts';

const FIRST_WAIT_MS = 8_000;
const MAX_WAIT_MS = 64_000;
/** A keyframe needs a second on a thin line, and then video has to come for two. */
const PROBE_MS = 4_000;
/** Video that has lasted this long has proved its line. */
const PROVEN_MS = 30_000;

export class VideoProbes {
  #source: SourceKind = 'video';
  /** Since when the path is connected; null while there is none. */
  #pathSinceMs: number | null = null;
  #waitMs = FIRST_WAIT_MS;
  /** Since when this source is shown. */
  #sinceMs = -Infinity;
  /** Start of the next probe, or of the current one. */
  #probeAtMs = 0;

  /**
   * To be called about twice a second.
   *
   * @param source the one that is shown
   * @param hasPath a path to the server is connected
   * @returns whether video is to be paused
   */
  isPaused(nowMs: number, source: SourceKind, hasPath: boolean): boolean {
    const isNewSource = source !== this.#source;
    const isNewPath = hasPath && this.#pathSinceMs === null;
    this.#pathSinceMs = hasPath ? (this.#pathSinceMs ?? nowMs) : null;
    if (source === 'pictures' && isNewSource) {
      const isProven = nowMs - this.#sinceMs > PROVEN_MS;
      this.#waitMs = isProven ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
    }
    const isUntried = this.#pathSinceMs !== null && nowMs - this.#pathSinceMs < PROBE_MS;
    if (isNewPath || (isNewSource && isUntried)) {
      this.#waitMs = FIRST_WAIT_MS;
      this.#probeAtMs = this.#pathSinceMs ?? nowMs;
    }
    if (isNewSource) this.#sinceMs = nowMs;
    this.#source = source;
    if (source === 'video' || !hasPath) return false;
    if (nowMs >= this.#probeAtMs + PROBE_MS) {
      this.#waitMs = Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
    }
    return nowMs < this.#probeAtMs;
  }
}
