/**
 * `npm run lock`: writes package-lock.json again so that npm 10, 11 and 12 all accept it and leave it unchanged. Run it
 * after adding, removing or updating a package; lock-file.test.ts fails until then.
 *
 * npm writes the file in a folder without node_modules: next to one, it omits the optional packages of other systems.
 * npm 10 removes the field `libc`, which npm 11 and 12 do not need.
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');
const LOCK = 'package-lock.json';

/** Keys that some versions of npm write and others remove. `resolved` also names the registry in use. */
export const UNSTABLE_KEYS = ['libc', 'resolved'];

const Lock = z.looseObject({ packages: z.record(z.string(), z.record(z.string(), z.unknown())) });

export function parseLock(text: string): z.output<typeof Lock> {
  return Lock.parse(JSON.parse(text));
}

/** The tracked files in a new folder, which disposing removes. */
export function freshClone(): { readLock(): string; npm(...args: string[]): void } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-lock-'));
  for (const name of ['package.json', LOCK, '.npmrc']) copyFileSync(join(ROOT, name), join(folder, name));
  // A separate empty cache: everything missing in the lock file must come from the registry.
  const options = ['--ignore-scripts', '--loglevel=error', '--fetch-retries=0', '--logs-max=0'];
  return {
    readLock: () => readFileSync(join(folder, LOCK), 'utf8'),
    npm(...args) {
      const all = [...args, ...options, `--cache=${join(folder, 'cache')}`];
      const { status, stdout, stderr, error } = spawnSync('npm', all, { cwd: folder, encoding: 'utf8' });
      if (status !== 0)
        throw new Error(`npm ${args.join(' ')} failed\n${stderr || stdout}`, { cause: error });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeLock(): void {
  using clone = freshClone();
  clone.npm('install', '--package-lock-only');
  const text = clone.readLock();
  parseLock(text);
  // Not the parsed copy: zod moves known keys to the front, and npm moves them back.
  const lock = JSON.parse(text) as z.output<typeof Lock>;
  for (const entry of Object.values(lock.packages)) for (const key of UNSTABLE_KEYS) delete entry[key];
  writeFileSync(join(ROOT, LOCK), `${JSON.stringify(lock, null, 2)}\n`);
}

if (import.meta.main) writeLock();
