/**
 * Turns "something moves in this picture" into "something happened from here to there": one episode at a time, for all
 * zones together or, with one instance per zone, for each zone.
 *
 * After `quietMs` without motion an episode ends, so that a visitor who stops to ring the bell is one visitor. Zones
 * with later motion join the episode.
 */

export interface MotionEpisode {
  /** Server clock, µs since the Unix epoch: when the motion was first seen, not when it was confirmed. */
  startedUs: number;
  /** When motion was last seen. */
  lastUs: number;
  /** Ids of the zones with motion, in that order. */
  zoneIds: string[];
  /** The largest share of the picture that moved at once within one zone, 0 … 1. */
  score: number;
}

/** Motion in one zone of one picture. */
export interface ZoneMotion {
  /** Share of the picture's cells that move in it. */
  share: number;
  /** When the moving object was first seen, µs. */
  sinceUs: number;
}

export interface EpisodeChange {
  type: 'started' | 'zoneJoined' | 'ended';
  episode: MotionEpisode;
}

export class MotionEpisodes {
  readonly #quietUs: number;
  #episode: MotionEpisode | undefined;

  constructor(quietMs: number) {
    this.#quietUs = quietMs * 1000;
  }

  /**
   * @param moving by zone id, only zones with motion
   * @returns the change, if any
   */
  update(moving: ReadonlyMap<string, ZoneMotion>, nowUs: number): EpisodeChange | undefined {
    const episode = this.#episode;
    if (moving.size === 0) return episode && nowUs - episode.lastUs >= this.#quietUs ? this.end() : undefined;
    const zones = [...moving];
    const score = Math.max(...zones.map(([, { share }]) => share));
    if (!episode) {
      const startedUs = Math.min(...zones.map(([, { sinceUs }]) => sinceUs));
      this.#episode = { startedUs, lastUs: nowUs, zoneIds: [...moving.keys()], score };
      return { type: 'started', episode: this.#episode };
    }
    const joined = [...moving.keys()].filter((zoneId) => !episode.zoneIds.includes(zoneId));
    episode.lastUs = nowUs;
    episode.score = Math.max(episode.score, score);
    episode.zoneIds.push(...joined);
    return joined.length > 0 ? { type: 'zoneJoined', episode } : undefined;
  }

  /** The camera went offline: the current episode ends with the last motion. */
  end(): EpisodeChange | undefined {
    const episode = this.#episode;
    this.#episode = undefined;
    return episode && { type: 'ended', episode };
  }
}
