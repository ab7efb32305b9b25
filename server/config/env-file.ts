/**
 * Reads a `.env` file strictly. Node's parseEnv does the unquoting, but it passes over lines it does not understand
 * and lets an unclosed quote swallow the settings below it; here each such line is named, so that a typing error stops
 * the start instead of changing it.
 */

import { parseEnv } from 'node:util';

export interface EnvFile {
  values: Record<string, string>;
  /** One sentence per line that is not understood. They never repeat a value: it may be a secret. */
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
  // parseEnv's type allows undefined for a name that is not there; for those that are, it never holds one.
  return { values: { ...(parseEnv(understood.join('\n')) as Record<string, string>) }, problems };
}

/** @returns how many lines the entry at `start` takes: a quoted value may run over several */
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
    // Only this line is given up: what stands below it is still read, and named if it is wrong too.
    if (end + 1 >= lines.length) return { lineCount: 1, problem: `${name}: the ${quote} is never closed` };
  }
}
