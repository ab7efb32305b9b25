/**
 * The lines of `bench:network`: what the network does, who watches, and what is to be reached there.
 *
 * The figures to reach were set when the server had no bandwidth estimate, from what the best others show on the same lines.
 */

import type { LinkDirection, LinkSettings } from '../../network/support/link-emulator.ts';
import type { Goal } from './goals.ts';

export interface Step {
  /** Seconds after the measurement begins; 0 and less: before the warm-up, unless the line is measured from there on. */
  atS: number;
  set: readonly [LinkDirection, LinkSettings][];
}

export interface Line {
  name: string;
  steps: readonly Step[];
  /** Default: the time that the command line says. */
  seconds?: number;
  /** Measured from the first step on, without a warm-up on that line. */
  fromTheStep?: boolean;
  /** Measured from the click that opens the cameras. */
  joins?: boolean;
  /** Cameras on the page; default 1. */
  cameras?: number;
  /** kbit/s that the line carries, for the share that is used. */
  capacityKbps?: number;
  /** The steps are of the camera's line, the viewer's is a good one. */
  isOfCamera?: boolean;
  /** The figures are those of a viewer beside this one, on a good line. */
  isMeasuredBeside?: boolean;
  goal?: Goal;
}

const loss = (percent: number, ms = 0): Line['steps'] => [
  {
    atS: 0,
    set: [
      ['both', { delay: ms }],
      ['down', { loss: percent }],
    ],
  },
];
const bursts = (ms: number): Line['steps'] => [
  {
    atS: 0,
    set: [
      ['both', { delay: ms }],
      ['down', { enter: 2, leave: 30 }],
    ],
  },
];
const rate = (kbps: number): Line['steps'] => [{ atS: 0, set: [['down', { rate: kbps, queue: 100 }]] }];

function narrow(kbps: number): Line {
  return {
    name: `${kbps} kbit/s`,
    steps: rate(kbps),
    fromTheStep: true,
    capacityKbps: kbps,
    goal: {
      minFps: 24,
      maxGaps: 1,
      maxGapMs: 500,
      maxP95Ms: 100,
      minUsed: 0.8,
      maxOffered: 1.05,
      maxWorst: 1.1,
    },
  };
}

const BESIDE: Goal = { minFps: 25, maxP95Times: 1.1, maxPsnrLossDb: 0.1, maxKeyframesPerSecond: 0.1 };

/** The healthy viewers are compared with this line. */
export const ALONE = 'healthy beside a good line';

export const LINES: readonly Line[] = [
  { name: 'clean', steps: [], goal: { minFps: 25, maxGaps: 0, maxP95Ms: 25 } },
  { name: '5 % loss', steps: loss(5), goal: { minFps: 24.2, maxGaps: 0, maxP95Ms: 30 } },
  { name: '10 % loss', steps: loss(10), goal: { minFps: 23.5, maxGaps: 0, maxP95Ms: 55 } },
  {
    name: '5 % loss, 50 ms each way',
    steps: loss(5, 50),
    goal: { minFps: 24.5, maxGaps: 0, maxP95Ms: 85 },
  },
  {
    name: '5 % loss, 100 ms each way',
    steps: loss(5, 100),
    goal: { minFps: 24, maxGaps: 0, maxP95Ms: 140 },
  },
  {
    name: '5 % loss, 200 ms each way',
    steps: loss(5, 200),
    goal: { minFps: 23.5, maxGaps: 2, maxP95Ms: 240 },
  },
  { name: 'bursts of losses', steps: bursts(0) },
  { name: 'bursts of losses, 100 ms', steps: bursts(100) },
  {
    name: 'jitter of 30 ms, reordered',
    steps: [{ atS: 0, set: [['down', { delay: 50, jitter: 30, reorder: 1 }]] }],
    goal: { minFps: 24.6, maxGaps: 0, maxNeedless: 0.03 },
  },
  narrow(700),
  narrow(500),
  narrow(300),
  {
    ...narrow(100),
    goal: { minFps: 8, maxGaps: 0, gapsAfterS: 3, maxP95Ms: 500 },
  },
  { name: 'joining over 300 kbit/s', steps: rate(300), joins: true, capacityKbps: 300 },
  {
    name: '5 Mbit/s → 300 kbit/s → 5',
    steps: [
      { atS: 0, set: [['down', { rate: 300, queue: 100 }]] },
      { atS: 25, set: [['down', { rate: 5_000, queue: 100 }]] },
    ],
    seconds: 37,
    fromTheStep: true,
    goal: { maxFrozenS: 0.6, maxFullAfterS: 8 },
  },
  {
    name: '4 cameras over 1.5 Mbit/s',
    steps: rate(1_500),
    fromTheStep: true,
    cameras: 4,
    capacityKbps: 1_500,
    goal: { minFps: 20, maxGaps: 0, gapsAfterS: 2, maxP95Ms: 250, maxWorst: 1.1 },
  },
  {
    name: 'camera: 400 kbit/s, 3 % loss',
    steps: [
      {
        atS: 0,
        set: [
          ['both', { delay: 20 }],
          ['up', { rate: 400, queue: 100, loss: 3 }],
        ],
      },
    ],
    isOfCamera: true,
    goal: { minFps: 10, maxP95Ms: 500 },
  },
  { name: ALONE, steps: [], isMeasuredBeside: true },
  { name: 'healthy beside 300 kbit/s', steps: rate(300), isMeasuredBeside: true, goal: BESIDE },
  { name: 'healthy beside 10 % loss', steps: loss(10), isMeasuredBeside: true, goal: BESIDE },
];
