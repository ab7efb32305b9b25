/**
 * One camera's motion: luma pictures in, episodes out. Joins background, blobs, zones and episodes.
 *
 * Pure: pictures carry their time. A picture of another size starts afresh, since nothing learnt fits it.
 */

import type { LumaFrame } from './luma-frame.ts';
import { MotionBackground, type MotionThresholds } from './motion-background.ts';
import { BlobFinder } from './motion-blobs.ts';
import { MotionEpisodes, type EpisodeChange, type ZoneMotion } from './motion-episodes.ts';
import { ZoneMap, type MotionZone } from './motion-zones.ts';

export interface MotionSettings {
  /** 1 (only what is plain to see) … 100 (a mouse at dusk, and now and then a shadow). */
  sensitivity: number;
  /** Smallest thing that counts, as a share of the whole picture's area. */
  minArea: number;
  /** Shorter movements do not count, ms. */
  minDurationMs: number;
  /** An event ends after this long without motion, ms. */
  quietMs: number;
  zones: readonly MotionZone[];
  /** Where nothing counts: the neighbour's garden, a tree, the clock in the picture. */
  masks: readonly MotionZone[];
}

export const MOTION_DEFAULTS: MotionSettings = {
  sensitivity: 50,
  minArea: 0.0015,
  minDurationMs: 600,
  quietMs: 5_000,
  zones: [],
  masks: [],
};

/** Cells of the smallest blob, whatever `minArea` says: fewer do not survive the removal of lone cells. */
const MIN_CELLS = 4;

export class MotionDetector {
  readonly #settings: MotionSettings;
  readonly #thresholds: MotionThresholds;
  readonly #episodes: MotionEpisodes;
  #view: { background: MotionBackground; blobs: BlobFinder; zones: ZoneMap } | undefined;

  constructor(settings: MotionSettings) {
    this.#settings = settings;
    this.#thresholds = thresholdsFor(settings.sensitivity);
    this.#episodes = new MotionEpisodes(settings.quietMs);
  }

  /** @returns what this picture changed, if anything */
  analyse(frame: LumaFrame): EpisodeChange | undefined {
    const view = this.#viewOf(frame);
    const differs = view.background.compare(frame);
    if (!differs) return undefined;
    const minCells = Math.max(MIN_CELLS, Math.round(frame.luma.length * this.#settings.minArea));
    const moving = new Map<string, ZoneMotion>();
    for (const { cells, sinceUs } of view.blobs.find(differs, minCells, frame.captureUs)) {
      if (frame.captureUs - sinceUs < this.#settings.minDurationMs * 1000) continue;
      for (const [zoneId, zone] of view.zones.zones) {
        const inZone = cells.reduce((count, cell) => count + (zone[cell] ?? 0), 0);
        // A thing half in the zone counts by the half that is in it.
        if (inZone < minCells) continue;
        const before = moving.get(zoneId);
        moving.set(zoneId, {
          share: (before?.share ?? 0) + inZone / frame.luma.length,
          sinceUs: Math.min(before?.sinceUs ?? sinceUs, sinceUs),
        });
      }
    }
    return this.#episodes.update(moving, frame.captureUs);
  }

  /** The camera went offline; when it is back, its view may be another. */
  reset(): EpisodeChange | undefined {
    this.#view = undefined;
    return this.#episodes.end();
  }

  #viewOf({ width, height }: LumaFrame) {
    if (this.#view?.background.width !== width || this.#view.background.height !== height) {
      this.#view = {
        background: new MotionBackground(width, height, this.#thresholds),
        blobs: new BlobFinder(width, height),
        zones: new ZoneMap(width, height, this.#settings.zones, this.#settings.masks),
      };
    }
    return this.#view;
  }
}

/** Sensitivity 1 … 100 → 24 … 4 luma steps and 9 … 3 usual variations; 50 is 10 and 5. */
export function thresholdsFor(sensitivity: number): MotionThresholds {
  const dull = (100 - Math.min(100, Math.max(1, sensitivity))) / 99;
  return { minDifference: 4 * 6 ** dull, variations: 3 * 3 ** dull };
}
