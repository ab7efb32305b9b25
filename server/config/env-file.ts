/**
 * Reads a `.env` file strictly. Node's parseEnv does the unquoting, but it skips lines it does not understand, and lets
 * an unclosed quote swallow the following settings. Here each such line is reported, so a typing error stops the start
 * instead of changing settings.
 */

import { parseEnv } from 'node:util';

export interface EnvFile {
  values: Record<string, string>;
  /** One sentence per invalid line, without the value: it may be a secret. */
  problems: string[];
}

const BLANK_OR_COMMENT = /^\s*(?:#.*)?$/;
const ENTRY = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;
const QUOTES = ['"', "'", '`'];

export function parseEnvFile(text: string): EnvFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const problems: string[] = [];
  const understood: string[] = [];
  for (let index = 0; index < lines.length;) {
    const entry = readEntry(lines, index);
    if (entry.problem === undefined) understood.push(...lines.slice(index, index + entry.lineCount));
    else problems.push(`.env line ${index + 1}: ${entry.problem}`);
    index += entry.lineCount;
  }
  // parseEnv's type allows undefined for missing names; existing ones always have a value.
  return { values: { ...(parseEnv(understood.join('\n')) as Record<string, string>) }, problems };
}

/** @returns the number of lines of the entry at `start`: a quoted value may span several */
function readEntry(lines: string[], start: number): { lineCount: number; problem?: string } {
  const line = lines[start] ?? '';
  if (BLANK_OR_COMMENT.test(line)) return { lineCount: 1 };
  const [, name, value] = ENTRY.exec(line) ?? [];
  if (name === undefined || value === undefined)
    return { lineCount: 1, problem: 'expected NAME=value, where a name is letters, digits and _' };
  const quote = QUOTES.find((mark) => value.startsWith(mark));
  if (quote === undefined) return { lineCount: 1 };
  let rest = value.slice(1);
  for (let end = start; ; rest = lines[++end] ?? '') {
    const closing = rest.indexOf(quote);
    if (closing !== -1) {
      return BLANK_OR_COMMENT.test(rest.slice(closing + 1))
        ? { lineCount: end - start + 1 }
        : { lineCount: 1, problem: `${name}: something follows the closing ${quote} of the value` };
    }
    // Only this line is skipped: the lines below are still read and checked.
    if (end + 1 >= lines.length) return { lineCount: 1, problem: `${name}: the ${quote} is never closed` };
  }
}
