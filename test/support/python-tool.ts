/**
 * Installs programs and packages from PyPI for the tests, in environments of their own below node_modules/.cache, once.
 *
 * Invariants: an environment counts as installed when the file that is written last is there; of the test files that
 * want one at the same time, one installs it, and the others wait; with VIGIE_REQUIRE_NETWORK=1, as on CI, one that
 * cannot be had fails its tests.
 */

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { installOnDebian } from './debian-packages.ts';
import { until } from './until.ts';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/python');
const INSTALL_TIMEOUT_MS = 10 * 60_000;
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
  mkdirSync(CACHE, { recursive: true });
  using lock = await lockOf(folder);
  void lock;
  if (existsSync(complete)) return { folder };
  rmSync(folder, { recursive: true, force: true });
  if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status !== 0) installOnDebian(['python3-venv']);
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages]);
  } catch (error) {
    const lack = `${packages.join(', ')} cannot be installed: ${String(error).slice(0, 300)}`;
    if (process.env['VIGIE_REQUIRE_NETWORK'] === '1') throw new Error(lack, { cause: error });
    return { lack };
  }
  writeFileSync(complete, '');
  return { folder };
}

/** SQLite's lock on a file: it ends with the process that holds it, however that ends. */
async function lockOf(folder: string): Promise<Disposable> {
  const database = new DatabaseSync(`${folder}.lock`, { timeout: 0 });
  await until(
    'another test has installed it',
    () => {
      try {
        database.exec('BEGIN EXCLUSIVE');
        return true;
      } catch {
        return false;
      }
    },
    INSTALL_TIMEOUT_MS,
  );
  return { [Symbol.dispose]: () => database.close() };
}
