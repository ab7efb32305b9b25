/**
 * Statistics of the frames over one hop: how many arrive, how old they are on arrival, and how many are missing. For /metrics and
 * for people.
 */

/** Upper bounds of the classes of age, ms; above the last one a frame is too late to be shown. */
export const AGE_CLASSES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

export interface HopCounters {
  frames: number;
  bytes: number;
  /** The number of frames in each class of age; the last count is that of older frames. */
  byAge: number[];
  /** Left out by the site, or lost at NATS. */
  missing: number;
  /** Arrived, and reference a missing frame. */
  undecodable: number;
  /** Older than the last class. */
  late: number;
  malformed: number;
  /** Sealed with a key that this edge does not have yet, or may not have any more. */
  sealed: number;
  /** Arrived twice, or out of order. */
  repeated: number;
  keyframeRequests: number;
  /** Demands that the site did not answer. */
  unanswered: number;
  /** Demands or answers in another version. */
  otherVersion: number;
}

export function newHopCounters(): HopCounters {
  return {
    frames: 0,
    bytes: 0,
    byAge: Array.from({ length: AGE_CLASSES_MS.length + 1 }, () => 0),
    missing: 0,
    undecodable: 0,
    late: 0,
    malformed: 0,
    sealed: 0,
    repeated: 0,
    keyframeRequests: 0,
    unanswered: 0,
    otherVersion: 0,
  };
}

/** @returns whether the frame arrives too late to be shown */
export function countAge({ byAge }: Pick<HopCounters, 'byAge'>, ageUs: number): boolean {
  const found = AGE_CLASSES_MS.findIndex((ms) => ageUs <= ms * 1000);
  const at = found < 0 ? AGE_CLASSES_MS.length : found;
  byAge[at] = (byAge[at] ?? 0) + 1;
  return at === AGE_CLASSES_MS.length;
}
