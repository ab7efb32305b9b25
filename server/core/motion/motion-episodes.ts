/**
 * From "something moves in this picture" to "something happened from here to there": one episode at a time, of all zones
 * together or, with one of these for each, of a zone by itself.
 *
 * Once it is quiet for `quietMs` an episode is over, so that a visitor who stops to ring the bell is one visitor. Zones in
 * which something moves later join the episode.
 */

export interface MotionEpisode {
  /** Server clock, µs since the Unix epoch: when what moves was first seen, not when it was believed. */
  startedUs: number;
  /** When motion was last seen. */
  lastUs: number;
  /** Ids of the zones that showed motion, in the order they did. */
  zoneIds: string[];
  /** The largest share of the picture that moved at once within one zone, 0 … 1. */
  score: number;
}

/** What moves in one zone in one picture. */
export interface ZoneMotion {
  /** Share of the picture's cells that move in it. */
  share: number;
  /** When the thing that moves was first seen, µs. */
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
   * @param moving by zone id, only zones where something moves
   * @returns what this changed, if anything
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
    const newcomers = [...moving.keys()].filter((zoneId) => !episode.zoneIds.includes(zoneId));
    episode.lastUs = nowUs;
    episode.score = Math.max(episode.score, score);
    episode.zoneIds.push(...newcomers);
    return newcomers.length > 0 ? { type: 'zoneJoined', episode } : undefined;
  }

  /** The camera is gone: what was going on ends with what was last seen. */
  end(): EpisodeChange | undefined {
    const episode = this.#episode;
    this.#episode = undefined;
    return episode && { type: 'ended', episode };
  }
}
