/** The two tables of `bench:network`: figures, and goals. */

import { bits, type Figures, type Measured } from './figures.ts';
import type { Verdict } from './goals.ts';

type Column = [title: string, unit: string, width: number, text: (figures: Figures) => string];

const NAME_WIDTH = 29;
const COLUMNS: readonly Column[] = [
  ['shown', 'fps', 6, ({ fps }) => fps.toFixed(1)],
  ['frozen (gaps)', 's', 14, ({ frozenS, gaps }) => `${frozenS.toFixed(1)} (${gaps})`],
  ['longest', 'ms', 8, ({ longestGapMs }) => longestGapMs.toFixed(0)],
  ['p50', 'ms', 6, ({ p50Ms }) => p50Ms.toFixed(0)],
  ['p95', 'ms', 6, ({ p95Ms }) => p95Ms.toFixed(0)],
  ['offered', 'kbit/s', 9, ({ offeredKbps }) => offeredKbps.toFixed(0)],
  ['worst', 'kbit/s', 8, ({ worstKbps }) => worstKbps.toFixed(0)],
  ['used', '%', 6, ({ used }) => percent(used)],
  ['needless', '%', 10, ({ needless }) => percent(needless)],
  ['fec', '%', 6, ({ corrections }) => percent(corrections)],
  ['keyframes', '1/s', 11, ({ keyframesPerSecond }) => keyframesPerSecond.toFixed(2)],
  ['psnr', 'dB', 7, ({ psnrDb }) => (Number.isNaN(psnrDb) ? '–' : psnrDb.toFixed(2))],
];

export function heading(): string {
  return line('network', ([title]) => title) + line('', ([, unit]) => unit);
}

export function row(name: string, figures: Figures): string {
  return line(name, ([, , , text]) => text(figures));
}

/** Each second, with the picture's width and the bits that entered the link, and each gap. */
export function detail({ seconds }: Measured, { allGaps }: Figures): string {
  const each = seconds.map(
    (second, at) => `${at}: ${second.width} px, ${(bits(second) / 1000).toFixed(0)} kbit`,
  );
  const gaps = allGaps.map(({ ms, atS }) => `${ms.toFixed(0)} ms to ${atS.toFixed(1)} s`);
  return `  ${each.join('; ')}\n  gaps: ${gaps.join(', ') || 'none'}\n`;
}

function line(name: string, cell: (column: Column) => string): string {
  return `${name.padEnd(NAME_WIDTH)}${COLUMNS.map((column) => cell(column).padStart(column[2])).join('')}\n`;
}

export function verdictRow(name: string, verdicts: readonly Verdict[]): string {
  const missed = verdicts.filter(({ isReached }) => !isReached);
  const said = missed.length === 0 ? 'reached' : 'not reached';
  return `${name.padEnd(NAME_WIDTH)}${said.padEnd(13)}${(missed.length === 0 ? verdicts : missed).map(({ text }) => text).join(', ')}\n`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : (share * 100).toFixed(1);
}
