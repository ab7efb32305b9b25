/**
 * Server and key of the command line: VIGIE_URL and VIGIE_KEY, else a file with both.
 *
 * Invariants: the key never comes from an argument, since every user of a machine can list command lines; a file that others may
 * read is refused.
 */

import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandError } from './command-error.ts';

export interface CommandTarget {
  /** Without a slash at the end. */
  url: string;
  key: string;
}

const FILE = z.object({ url: z.string().optional(), key: z.string().optional() });
const DEFAULT_URL = 'http://localhost:8080';

/** @param environment like process.env @throws CommandError `usage` */
export function findConnection(environment: NodeJS.ProcessEnv, home = homedir()): CommandTarget {
  const path = environment['VIGIE_CONFIG'] ?? join(home, '.config', 'vigie', 'config.json');
  const file = environment['VIGIE_KEY'] === undefined ? readConfig(path) : {};
  const url = environment['VIGIE_URL'] ?? file.url ?? DEFAULT_URL;
  const key = environment['VIGIE_KEY'] ?? file.key;
  if (key === undefined || key === '')
    throw new CommandError(
      'usage',
      `an API key is needed: make one in the web app (user menu, API keys), and set VIGIE_KEY, or write {"url":"…","key":"…"} into ${path}`,
    );
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new CommandError('usage', `VIGIE_URL must be an http or https URL, not ${url}`);
  return { url: url.replace(/\/+$/, ''), key };
}

function readConfig(path: string): z.infer<typeof FILE> {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw new CommandError('usage', `others may read ${path}: run chmod 600 ${path}`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return FILE.parse(JSON.parse(text));
  } catch {
    throw new CommandError('usage', `${path} must be JSON like {"url":"https://…","key":"vigie_…"}`);
  }
}
