/**
 * The request of the command line: to serve, or one of the commands for the data folder. Passwords are never taken from it, since
 * every user of a machine can list command lines.
 */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export type Command =
  /** `newDatabase`: a new one may be made beside recordings. */
  | { name: 'serve'; newDatabase: boolean; confirmed: boolean }
  | { name: 'checkConfig' }
  | { name: 'resetPassword'; username: string; confirmed: boolean }
  /** `file`: absolute. */
  | { name: 'backup'; file: string }
  | { name: 'restore'; file: string; confirmed: boolean };

const OPTIONS = {
  'check-config': { type: 'boolean' },
  'reset-password': { type: 'string' },
  backup: { type: 'string' },
  restore: { type: 'string' },
  'new-database': { type: 'boolean' },
  /** Every question is answered with yes. */
  yes: { type: 'boolean' },
} as const;
const KNOWN =
  '--check-config, --backup FILE, --restore FILE, --reset-password USER, --new-database, and --yes, which answers every question';
/** One of these at a time. */
const COMMANDS = ['check-config', 'reset-password', 'backup', 'restore', 'new-database'] as const;

/**
 * @param args without node and the script
 * @param problems gets a line for each mistake
 */
export function parseCommandLine(args: readonly string[], cwd: string, problems: string[]): Command {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option' && token.name in OPTIONS) continue;
    const text = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--';
    problems.push(`unknown argument ${text}; there are ${KNOWN}`);
  }
  const given = COMMANDS.filter((name) => values[name] !== undefined);
  if (given.length > 1) problems.push(`${given.map((name) => `--${name}`).join(' and ')}: one at a time`);
  const valueOf = (name: 'reset-password' | 'backup' | 'restore', what: string): string => {
    const value = values[name];
    if (typeof value === 'string' && value !== '' && !value.startsWith('-')) return value;
    problems.push(`--${name} needs ${what}`);
    return '';
  };
  const confirmed = values.yes === true;
  const first = given[0] ?? 'serve';
  switch (first) {
    case 'check-config':
      return { name: 'checkConfig' };
    case 'reset-password':
      return { name: 'resetPassword', username: valueOf('reset-password', 'a user’s name'), confirmed };
    case 'backup':
      return { name: 'backup', file: resolve(cwd, valueOf('backup', 'a file to write')) };
    case 'restore':
      return { name: 'restore', file: resolve(cwd, valueOf('restore', 'a file to read')), confirmed };
    case 'new-database':
    case 'serve':
      break;
  }
  return { name: 'serve', newDatabase: first === 'new-database', confirmed };
}
