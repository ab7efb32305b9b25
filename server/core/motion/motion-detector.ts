/**
 * One camera's motion: luma pictures in, episodes out. Joins background, blobs, zones and episodes.
 *
 * Pure: pictures carry their time. A picture of another size starts from the beginning, because the learned background
 * does not fit it.
 */

import type { LumaFrame } from '../video/luma-frame.ts';
import { MotionBackground, type MotionThresholds } from './motion-background.ts';
import { BlobFinder } from './motion-blobs.ts';
import { MotionEpisodes, type EpisodeChange, type ZoneMotion } from './motion-episodes.ts';
import { ZoneMap, type MotionZone } from './motion-zones.ts';

export interface MotionSettings {
  /** 1 (only obvious motion) … 100 (a mouse at dusk, and now and then a shadow). */
  sensitivity: number;
  /** Smallest moving object that counts, as a share of the picture's area. */
  minArea: number;
  /** Shorter motion does not count, ms. */
  minDurationMs: number;
  /** An event ends after this long without motion, ms. */
  quietMs: number;
  zones: readonly MotionZone[];
  /** Areas where motion is ignored: the neighbour's garden, a tree, the clock in the picture. */
  masks: readonly MotionZone[];
  /** Each zone has its own episodes; otherwise all zones share them. */
  separateZones: boolean;
}

export const MOTION_DEFAULTS: MotionSettings = {
  sensitivity: 50,
  minArea: 0.0015,
  minDurationMs: 600,
  quietMs: 5_000,
  zones: [],
  masks: [],
  separateZones: false,
};

/** The group of all zones, when they are not separate. */
const ALL_ZONES = '';

/** A change of one of the concurrent episodes. */
export interface ZoneChange extends EpisodeChange {
  /** A zone's id, or empty when all zones share one group. */
  group: string;
}

/** Cells of the smallest blob, whatever `minArea` is: fewer do not survive the removal of single cells. */
const MIN_CELLS = 4;

export class MotionDetector {
  readonly #settings: MotionSettings;
  readonly #thresholds: MotionThresholds;
  /** By zone, or for all together. */
  readonly #episodes = new Map<string, MotionEpisodes>();
  #view: { background: MotionBackground; blobs: BlobFinder; zones: ZoneMap } | undefined;

  constructor(settings: MotionSettings) {
    this.#settings = settings;
    this.#thresholds = thresholdsFor(settings.sensitivity);
    const { zones, separateZones, quietMs } = settings;
    const groups = separateZones && zones.length > 0 ? zones.map(({ id }) => id) : [ALL_ZONES];
    for (const group of groups) this.#episodes.set(group, new MotionEpisodes(quietMs));
  }

  /** @returns the changes by this picture: at most one per group of zones */
  analyse(frame: LumaFrame): ZoneChange[] {
    const view = this.#viewOf(frame);
    const differs = view.background.compare(frame);
    if (!differs) return [];
    const minCells = Math.max(MIN_CELLS, Math.round(frame.luma.length * this.#settings.minArea));
    const moving = new Map<string, ZoneMotion>();
    for (const { cells, sinceUs } of view.blobs.find(differs, minCells, frame.captureUs)) {
      if (frame.captureUs - sinceUs < this.#settings.minDurationMs * 1000) continue;
      for (const [zoneId, zone] of view.zones.zones) {
        const inZone = cells.reduce((count, cell) => count + (zone[cell] ?? 0), 0);
        // An object partly in the zone counts with that part.
        if (inZone < minCells) continue;
        const before = moving.get(zoneId);
        moving.set(zoneId, {
          share: (before?.share ?? 0) + inZone / frame.luma.length,
          sinceUs: Math.min(before?.sinceUs ?? sinceUs, sinceUs),
        });
      }
    }
    return this.#changes((episodes, group) =>
      episodes.update(group === ALL_ZONES ? moving : only(moving, group), frame.captureUs),
    );
  }

  /** The camera went offline; its view may have changed when it returns. */
  reset(): ZoneChange[] {
    this.#view = undefined;
    return this.#changes((episodes) => episodes.end());
  }

  #changes(step: (episodes: MotionEpisodes, group: string) => EpisodeChange | undefined): ZoneChange[] {
    return [...this.#episodes].flatMap(([group, episodes]) => {
      const change = step(episodes, group);
      return change ? [{ ...change, group }] : [];
    });
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

function only(moving: ReadonlyMap<string, ZoneMotion>, zoneId: string): ReadonlyMap<string, ZoneMotion> {
  const motion = moving.get(zoneId);
  return new Map(motion ? [[zoneId, motion]] : []);
}

/** Sensitivity 1 … 100 → 24 … 4 luma steps and 9 … 3 usual variations; 50 is 10 and 5. */
export function thresholdsFor(sensitivity: number): MotionThresholds {
  const dull = (100 - Math.min(100, Math.max(1, sensitivity))) / 99;
  return { minDifference: 4 * 6 ** dull, variations: 3 * 3 ** dull };
}
