/** The connection check as plain text, for sending to someone who can help. It contains addresses, but no names or secrets. */

import type { CheckLine } from './check-line.ts';
import type { CheckWords } from './check-words.ts';

const MARKS: Record<CheckLine['mark'], string> = { good: 'ok', warning: '!!', bad: 'NO', info: '--' };

export function checkReport({ verdict, lines }: CheckWords, browser: string, at: Date): string {
  return [
    `Vigie connection check, ${at.toISOString()}`,
    browser,
    '',
    line(verdict),
    '',
    ...lines.map((each) => line(each)),
    '',
  ].join('\n');
}

function line({ mark, title, meaning, fix }: CheckLine): string {
  return `[${MARKS[mark]}] ${title}: ${meaning}${fix === undefined ? '' : `\n     → ${fix}`}`;
}
