/** The parameters of motion detection as users set them: sliders from 0 to 100 with text, finer where small changes matter. */

import type { MotionView } from '../../server/wire/motion.ts';

export interface MotionSlider {
  name: 'sensitivity' | 'minArea' | 'minDurationMs' | 'quietMs';
  label: string;
  hint: string;
  /** Both ways between the value and the slider's 0 … 100. */
  toPosition: (value: number) => number;
  toValue: (position: number) => number;
  format: (value: number) => string;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const MOTION_SLIDERS: readonly MotionSlider[] = [
  {
    name: 'sensitivity',
    label: 'Sensitivity',
    hint: 'Higher values detect more in the dark, but also shadows.',
    toPosition: (value) => ((value - 1) / 99) * 100,
    toValue: (position) => Math.round(1 + (position / 100) * 99),
    format: String,
  },
  {
    name: 'minArea',
    label: 'Minimum size',
    hint: 'Objects smaller than the square in the picture are ignored.',
    ...logarithmic(0.0005, 0.5, (value) => Number(value.toPrecision(2))),
    format: (value: MotionView['minArea']) => `${Number((value * 100).toPrecision(2))} % of the picture`,
  },
  {
    name: 'minDurationMs',
    label: 'Minimum duration',
    hint: 'Shorter motion is ignored, such as a leaf or a bird.',
    toPosition: (value) => Math.sqrt(value / 10_000) * 100,
    toValue: (position) => Math.round(((position / 100) ** 2 * 10_000) / 100) * 100,
    format: seconds,
  },
  {
    name: 'quietMs',
    label: 'End of event',
    hint: 'Time without motion before an event ends.',
    ...logarithmic(1_000, 60_000, (value) => Math.round(value / 100) * 100),
    format: seconds,
  },
];

function logarithmic(
  least: number,
  most: number,
  rounded: (value: number) => number,
): Pick<MotionSlider, 'toPosition' | 'toValue'> {
  const span = Math.log(most / least);
  return {
    toPosition: (value) => (Math.log(value / least) / span) * 100,
    toValue: (position) =>
      Math.min(most, Math.max(least, rounded(least * Math.exp((position / 100) * span)))),
  };
}
