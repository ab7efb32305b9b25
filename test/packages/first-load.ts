/**
 * `npm run check:size`: fails when the first load of the web app grows beyond its budget. It counts what a browser fetches
 * before the form to sign in is there: the page, and the scripts and styles that it names, compressed as the server sends them.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { ShellList } from '../../client/build/shell-list.ts';
import { ensureClientBuilt } from '../../server/start/client-build.mjs';

/** Bytes. Languages, charts and dialogs that few need are loaded when they are wanted. */
export const FIRST_LOAD_BUDGET = 160_000;
const DIST = resolve(import.meta.dirname, '../../client/dist');

export interface LoadedFile {
  path: string;
  bytes: number;
}

/** @param folder the built app @returns the largest first */
export function firstLoad(folder = DIST): LoadedFile[] {
  const { first } = JSON.parse(readFileSync(join(folder, 'shell.json'), 'utf8')) as ShellList;
  const files = first.map((path) => ({ path, bytes: sentBytes(join(folder, path)) }));
  const page = brotliCompressSync(readFileSync(join(folder, 'index.html'))).length;
  return [...files, { path: 'index.html', bytes: page }].toSorted((a, b) => b.bytes - a.bytes);
}

function sentBytes(path: string): number {
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

if (import.meta.main) {
  const problem = await ensureClientBuilt();
  if (problem !== undefined) throw new Error(problem);
  const files = firstLoad();
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of files.slice(0, 5))
    process.stdout.write(`${String(bytes).padStart(8)} ${path}\n`);
  process.stdout.write(
    `${String(total).padStart(8)} bytes in ${files.length} files; the budget is ${FIRST_LOAD_BUDGET}\n`,
  );
  if (total > FIRST_LOAD_BUDGET) process.exitCode = 1;
}
