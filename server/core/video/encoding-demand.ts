/**
 * Combines the demands of a camera's subscribers on its one encoder.
 *
 * A live viewer gets every frame. A recorder states how much it needs, and while it is alone only that is encoded. With
 * both, the recording is the viewers' video, at least at the recorder's bitrate.
 */

/** The demand of a subscriber that is not live. */
export interface EncodingDemand {
  /** Frames a second. */
  maxFps: number;
  bitrateBps: number;
}

export interface CombinedDemand {
  /** There is a live subscriber. */
  live: boolean;
  /** Undefined: every frame. */
  maxFps: number | undefined;
  /** Minimum in bits per second; 0 without a demand. */
  minBitrateBps: number;
}

/**
 * @param limitsBps one per subscriber: the highest bitrate that it can receive, bits per second; Infinity: no limit; undefined:
 * it takes the bitrate that the others get
 * @returns the highest; undefined: none states one
 */
export function combineLimits(limitsBps: readonly (number | undefined)[]): number | undefined {
  const stated = limitsBps.filter((bps) => bps !== undefined);
  return stated.length === 0 ? undefined : Math.max(...stated);
}

/** @param demands one per subscriber, undefined for a live one */
export function combineDemands(demands: readonly (EncodingDemand | undefined)[]): CombinedDemand {
  const asked = demands.filter((demand) => demand !== undefined);
  const live = asked.length < demands.length;
  return {
    live,
    maxFps: live || asked.length === 0 ? undefined : Math.max(...asked.map(({ maxFps }) => maxFps)),
    minBitrateBps: Math.max(0, ...asked.map(({ bitrateBps }) => bitrateBps)),
  };
}
