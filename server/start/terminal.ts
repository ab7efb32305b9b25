/**
 * Questions of commands to the person at the terminal. Without a terminal there is no question, and a script says `--yes`
 * beforehand.
 */

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { VigieError } from '../errors.ts';

/** @param confirmed `--yes` was given */
export function confirmer(confirmed: boolean): (question: string) => Promise<boolean> {
  return async (question) => {
    if (confirmed) return true;
    if (!process.stdin.isTTY)
      throw new VigieError('configuration', `${question} There is no terminal to ask: add --yes to continue`);
    const answer = await ask(`${question} [y/N] `, process.stdout);
    return /^y(?:es)?$/i.test(answer.trim());
  };
}

/** @returns the hidden input; undefined without a terminal, or for an empty line */
export async function askPassword(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  process.stdout.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await ask('', silent);
  process.stdout.write('\n');
  return answer === '' ? undefined : answer;
}

async function ask(question: string, output: Writable): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
