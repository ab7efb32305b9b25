/** Options of the codec pool, with their defaults. */

import { availableParallelism } from 'node:os';
import type { CodecQuarantineOptions } from '../core/video/codec-quarantine.ts';
import type { CodecPlaceOptions } from './codec-place.ts';

export interface CodecPoolOptions extends CodecPlaceOptions {
  /** Maximum of processes for trusted cameras; one more during a replacement. */
  size: number;
  /** Maximum of processes for suspects. */
  confinedSize: number;
  /** Delay of the next process after a camera took the last free one, so as not to disturb its first frame. */
  spareDelayMs: number;
  /** How often processes report their memory. */
  measureMs: number;
  /** How often the ends of confinement and time aside are checked. */
  reviewMs: number;
  /** Between two seats that move. */
  moveIntervalMs: number;
  /** Between the beginnings of two replacements. */
  replacementGapMs: number;
  quarantine: CodecQuarantineOptions;
}

export const CODEC_POOL_DEFAULTS: CodecPoolOptions = {
  size: Math.min(availableParallelism(), 4),
  confinedSize: 2,
  startTimeoutMs: 10_000,
  answerTimeoutMs: 2_000,
  spareDelayMs: 500,
  restartDelayMs: 100,
  maxRestartDelayMs: 10_000,
  provenAfterMs: 30_000,
  measureMs: 1_000,
  reviewMs: 1_000,
  moveIntervalMs: 100,
  replacementGapMs: 10_000,
  memory: { idleGrowthMib: 64, idleAfterMs: 10_000, largeMib: 400, settledFactor: 1.5, settleMs: 5_000 },
  quarantine: {
    maxDeaths: 2,
    deathWindowMs: 60_000,
    confineMs: 60_000,
    asideMs: 60_000,
    otherSizeAfterMs: 10_000,
    maxMs: 3_600_000,
    forgetAfterMs: 86_400_000,
  },
};
