/**
 * Installs a program from PyPI for the tests, in an environment of its own below node_modules/.cache, once.
 *
 * Invariant: an environment counts as installed when the file that is written last is there.
 */

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { installOnDebian } from './debian-packages.ts';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/python');
const run = promisify(execFile);

/**
 * @param version exact
 * @returns the path of the program, or why it cannot be had here
 */
export async function pythonTool(
  name: string,
  version: string,
): Promise<{ path: string } | { lack: string }> {
  const folder = join(CACHE, `${name}-${version}`);
  const complete = join(folder, 'complete');
  const path = join(folder, 'bin', name);
  if (existsSync(complete)) return { path };
  rmSync(folder, { recursive: true, force: true });
  if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status !== 0) installOnDebian(['python3-venv']);
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', `${name}==${version}`]);
  } catch (error) {
    return { lack: `${name} ${version} cannot be installed: ${String(error).slice(0, 300)}` };
  }
  writeFileSync(complete, '');
  return { path };
}
