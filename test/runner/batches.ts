/**
 * Groups test files into batches that run in one process each (describe-files.ts).
 *
 * Invariant: a file that starts programs, keeps up with video or promises a time is alone in its batch, so that batches
 * can be run beside each other and after each other as the files need it.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const CACHE = resolve(ROOT, 'node_modules/.cache');
const ALONE = new Set(['deploy', 'e2e', 'firmware', 'integration', 'mutate', 'network', 'start']);
/** Files of these rooms wait for nothing but the CPU. */
const PURE = new Set(['architecture', 'client', 'config', 'core', 'docs', 'wire']);
const FILES = 8;
const PURE_FILES = 20;

/**
 * @param files from the root, in the order in which they shall run; files of one room may become neighbours
 * @returns the modules that run them
 */
export function batchesOf(files: readonly string[]): string[] {
  mkdirSync(CACHE, { recursive: true });
  // A folder of its own: other runs may be under way.
  const folder = mkdtempSync(resolve(CACHE, 'vigie-test-batches-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const moduleOf = (batch: readonly string[]): string => writeModule(folder, batch);
  const rooms = Map.groupBy(files, roomOf);
  return files.flatMap((path) => {
    if (ALONE.has(roomOf(path))) return moduleOf([path]);
    const ofRoom = rooms.get(roomOf(path)) ?? [];
    return path === ofRoom[0]
      ? chunks(ofRoom, PURE.has(roomOf(path)) ? PURE_FILES : FILES).map(moduleOf)
      : [];
  });
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function chunks(files: readonly string[], size: number): string[][] {
  // All of about one length, so that none has only what the others left.
  const count = Math.ceil(files.length / size);
  const length = Math.ceil(files.length / count);
  return Array.from({ length: count }, (_, index) => files.slice(index * length, (index + 1) * length));
}

function writeModule(folder: string, files: readonly string[]): string {
  const [first = ''] = files;
  const module = resolve(folder, `${first.replaceAll('/', '-').replace('.test.ts', '')}.mjs`);
  const runner = relative(folder, resolve(import.meta.dirname, 'describe-files.ts'));
  writeFileSync(
    module,
    `import { describeFiles } from ${JSON.stringify(runner)};\n\ndescribeFiles(${JSON.stringify(files)});\n`,
  );
  return module;
}
