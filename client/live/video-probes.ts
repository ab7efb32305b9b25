/**
 * While pictures replace video, both would share a line that is too narrow for one of them. Video is paused then, and resumed
 * from time to time for a probe whether it works. Pure: time is an argument.
 *
 * Invariants: video is paused only while pictures arrive and a path is connected; the time between probes doubles; a new path is
 * probed at once, also one that was found just before the pictures; if other cameras' video gives the capacity of the line, that
 * decides.
 */

import type { SourceKind } from './live-source.ts';

/** `probed`: it flows at the smallest size, while pictures are shown. */
export type VideoWanted = 'flowing' | 'probed' | 'paused';

/** Capacity that is enough for the smallest video; single pictures take more. */
const ENOUGH_BPS = 150_000;
/** Below this, the smallest video does not pass. */
const TOO_LITTLE_BPS = 45_000;
const FIRST_WAIT_MS = 8_000;
const MAX_WAIT_MS = 64_000;
/** A keyframe needs a second on a narrow line, and then video has to arrive for two. */
const PROBE_MS = 4_000;
/** Video that has lasted this long shows that the line carries it. */
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
  /** The earliest start of the next probe, whatever the estimate. */
  #readyAtMs = 0;

  /**
   * To be called about twice a second.
   *
   * @param source the one that is shown
   * @param hasPath a path to the server is connected
   * @param estimateBps what the line carries, bits per second; null: unknown
   */
  update(
    nowMs: number,
    source: SourceKind,
    hasPath: boolean,
    estimateBps: number | null = null,
  ): VideoWanted {
    const isNewSource = source !== this.#source;
    const isNewPath = hasPath && this.#pathSinceMs === null;
    this.#pathSinceMs = hasPath ? (this.#pathSinceMs ?? nowMs) : null;
    if (source === 'pictures' && isNewSource) {
      const isProven = nowMs - this.#sinceMs > PROVEN_MS;
      this.#waitMs = isProven ? FIRST_WAIT_MS : Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
      this.#readyAtMs = nowMs + FIRST_WAIT_MS;
    }
    const isUntried = this.#pathSinceMs !== null && nowMs - this.#pathSinceMs < PROBE_MS;
    if (isNewPath || (isNewSource && isUntried)) {
      this.#waitMs = FIRST_WAIT_MS;
      this.#probeAtMs = this.#pathSinceMs ?? nowMs;
    }
    if (isNewSource) this.#sinceMs = nowMs;
    this.#source = source;
    if (source === 'video') return 'flowing';
    if (!hasPath) return 'probed';
    if (nowMs >= this.#probeAtMs + PROBE_MS) {
      this.#waitMs = Math.min(MAX_WAIT_MS, 2 * this.#waitMs);
      this.#probeAtMs = nowMs + this.#waitMs;
      this.#readyAtMs = nowMs + FIRST_WAIT_MS;
    }
    const isProbe = nowMs >= this.#probeAtMs;
    if (estimateBps !== null && !isProbe && estimateBps >= ENOUGH_BPS && nowMs >= this.#readyAtMs)
      this.#probeAtMs = nowMs;
    if (estimateBps !== null && estimateBps < TOO_LITTLE_BPS)
      this.#probeAtMs = Math.max(this.#probeAtMs, nowMs + FIRST_WAIT_MS);
    return nowMs >= this.#probeAtMs ? 'probed' : 'paused';
  }
}
