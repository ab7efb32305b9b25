/**
 * The plain way, for comparison with Vigie's motion: a cell has moved when it differs from the previous picture by more
 * than a threshold, and there is motion when enough cells have moved. Episodes follow the same rules.
 */

import type { LumaFrame } from '../../../server/core/video/luma-frame.ts';
import {
  MotionEpisodes,
  type EpisodeChange,
  type ZoneMotion,
} from '../../../server/core/motion/motion-episodes.ts';
import { ZoneMap } from '../../../server/core/motion/motion-zones.ts';
import type { MotionSettings } from '../../../server/core/motion/motion-detector.ts';

export class FrameDifferencing {
  readonly #settings: MotionSettings;
  readonly #threshold: number;
  readonly #episodes: MotionEpisodes;
  #zones: ZoneMap | undefined;
  #before: Uint8Array | undefined;
  /** Since when each zone has shown motion without a pause. */
  readonly #since = new Map<string, number>();

  /** @param threshold in luma steps */
  constructor(settings: MotionSettings, threshold: number) {
    this.#settings = settings;
    this.#threshold = threshold;
    this.#episodes = new MotionEpisodes(settings.quietMs);
  }

  analyse({ luma, width, height, captureUs }: LumaFrame): EpisodeChange[] {
    const { zones, masks, minArea, minDurationMs } = this.#settings;
    this.#zones ??= new ZoneMap(width, height, zones, masks);
    const before = this.#before;
    this.#before = luma;
    if (!before) return [];
    const moving = new Map<string, ZoneMotion>();
    for (const [zoneId, cells] of this.#zones.zones) {
      let moved = 0;
      for (let cell = 0; cell < luma.length; cell++) {
        const difference = Math.abs((luma[cell] ?? 0) - (before[cell] ?? 0));
        if (cells[cell] === 1 && difference > this.#threshold) moved++;
      }
      if (moved < luma.length * minArea) {
        this.#since.delete(zoneId);
        continue;
      }
      const sinceUs = this.#since.get(zoneId) ?? captureUs;
      this.#since.set(zoneId, sinceUs);
      if (captureUs - sinceUs >= minDurationMs * 1000)
        moving.set(zoneId, { share: moved / luma.length, sinceUs });
    }
    const change = this.#episodes.update(moving, captureUs);
    return change ? [change] : [];
  }
}
