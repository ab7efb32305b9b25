/**
 * Installs programs and packages from PyPI for the tests, in environments of their own below node_modules/.cache, once.
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
 * A program.
 *
 * @param version exact
 * @returns the path of the program, or why it cannot be had here
 */
export async function pythonTool(
  name: string,
  version: string,
): Promise<{ path: string } | { lack: string }> {
  const installed = await environment(`${name}-${version}`, [`${name}==${version}`]);
  return 'lack' in installed ? installed : { path: join(installed.folder, 'bin', name) };
}

/**
 * Python with packages.
 *
 * @param name of the environment; a new one for other packages or versions
 * @param packages with exact versions, like `grpcio==1.76.0`
 * @returns the path of python, or why it cannot be had here
 */
export async function pythonWith(
  name: string,
  packages: readonly string[],
): Promise<{ path: string } | { lack: string }> {
  const installed = await environment(name, packages);
  return 'lack' in installed ? installed : { path: join(installed.folder, 'bin', 'python') };
}

async function environment(
  name: string,
  packages: readonly string[],
): Promise<{ folder: string } | { lack: string }> {
  const folder = join(CACHE, name);
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return { folder };
  rmSync(folder, { recursive: true, force: true });
  if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status !== 0) installOnDebian(['python3-venv']);
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages]);
  } catch (error) {
    return { lack: `${packages.join(', ')} cannot be installed: ${String(error).slice(0, 300)}` };
  }
  writeFileSync(complete, '');
  return { folder };
}
