/** The goals on each line, and whether they were reached. */

import type { Figures } from './figures.ts';

/** Shares are of what the line carries. */
export interface Goal {
  minFps?: number;
  maxGaps?: number;
  /** Gaps before that are allowed. */
  gapsAfterS?: number;
  maxGapMs?: number;
  maxFrozenS?: number;
  maxP95Ms?: number;
  minUsed?: number;
  maxOffered?: number;
  maxWorst?: number;
  maxNeedless?: number;
  maxFullAfterS?: number;
  maxKeyframesPerSecond?: number;
  /** Compared with a viewer beside whom everybody has a good line. */
  maxP95Times?: number;
  maxPsnrLossDb?: number;
}

export interface Verdict {
  text: string;
  isReached: boolean;
}

/** @param alone the figures of a healthy viewer beside a good line; undefined: not measured */
export function verdictsOf(goal: Goal, figures: Figures, alone: Figures | undefined): Verdict[] {
  const verdicts: Verdict[] = [];
  const judge = (name: string, value: number, sign: '≤' | '≥', limit: number | undefined, digits = 0) => {
    if (limit === undefined) return;
    // As it is printed: 24.96 frames a second are 25.
    const rounded = Number(value.toFixed(digits));
    const isReached = sign === '≤' ? rounded <= limit : rounded >= limit;
    verdicts.push({ text: `${name} ${value.toFixed(digits)} (${sign} ${limit})`, isReached });
  };
  const { gapsAfterS = 0 } = goal;
  judge('fps', figures.fps, '≥', goal.minFps, goal.minFps === 25 ? 0 : 1);
  judge('gaps', figures.allGaps.filter(({ atS }) => atS > gapsAfterS).length, '≤', goal.maxGaps);
  judge('longest gap, ms', figures.longestGapMs, '≤', goal.maxGapMs);
  judge('frozen, s', figures.frozenS, '≤', goal.maxFrozenS, 1);
  judge('p95, ms', figures.p95Ms, '≤', goal.maxP95Ms);
  judge('used', figures.used, '≥', goal.minUsed, 2);
  judge('offered', figures.offered, '≤', goal.maxOffered, 2);
  judge('worst second', figures.worst, '≤', goal.maxWorst, 2);
  judge('needless', figures.needless, '≤', goal.maxNeedless, 3);
  judge('full after, s', figures.fullAfterS, '≤', goal.maxFullAfterS);
  judge('keyframes/s', figures.keyframesPerSecond, '≤', goal.maxKeyframesPerSecond, 2);
  judge('p95, times alone', figures.p95Ms / (alone?.p95Ms ?? Number.NaN), '≤', goal.maxP95Times, 2);
  const psnrLossDb = (alone?.psnrDb ?? Number.NaN) - figures.psnrDb;
  judge('dB below alone', psnrLossDb, '≤', goal.maxPsnrLossDb, 2);
  return verdicts;
}
