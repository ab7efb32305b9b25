/**
 * What a camera's one encoder has to give, from what each of its subscribers asks for.
 *
 * Who watches live gets every frame. Who does not, a recorder, says how much it needs, and while it is alone no more than that
 * is encoded. While both are there, the recording is what the viewers see, never of fewer bits than it asks for.
 */

/** Of a subscriber that does not watch live. */
export interface EncodingDemand {
  /** Frames a second. */
  maxFps: number;
  bitrateBps: number;
}

export interface CombinedDemand {
  /** Somebody watches live. */
  live: boolean;
  /** Undefined: every frame there is. */
  maxFps: number | undefined;
  /** Bits a second, at least; 0 when nobody asks for any. */
  minBitrateBps: number;
}

/** @param demands one per subscriber, undefined for who watches live */
export function combineDemands(demands: readonly (EncodingDemand | undefined)[]): CombinedDemand {
  const asked = demands.filter((demand) => demand !== undefined);
  const live = asked.length < demands.length;
  return {
    live,
    maxFps: live || asked.length === 0 ? undefined : Math.max(...asked.map(({ maxFps }) => maxFps)),
    minBitrateBps: Math.max(0, ...asked.map(({ bitrateBps }) => bitrateBps)),
  };
}
