/** Runs one of the system's programs to its end. */

import { spawnSync } from 'node:child_process';

/** @returns its output @throws Error with its output when it fails */
export function runCommand(command: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${status}: ${stderr}${input}`);
  return stdout;
}
