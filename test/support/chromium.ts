/**
 * Finds Chromium for the browser tests; on Debian and Ubuntu it is installed when missing.
 *
 * The shell is Chromium without a window and what belongs to it: it takes half of the CPU time. The browser is what people have,
 * also where no window is drawn: push and benches need it.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installOnDebian } from './debian-packages.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const SHELL = 'chromium-headless-shell';
const MAC_PATH = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** @returns VIGIE_CHROMIUM, or the path of the first Chromium or Chrome found, the shell before all others */
export function findChromium(): string | undefined {
  return find([SHELL, ...BROWSERS]);
}

/** Installs it when it is missing. @returns as `findChromium`, but never the shell */
export function findBrowser(): string | undefined {
  const found = find(BROWSERS);
  if (found !== undefined) return found;
  installOnDebian(['chromium']);
  return find(BROWSERS);
}

function find(names: readonly string[]): string | undefined {
  return findProgram(process.env['VIGIE_CHROMIUM'], names, MAC_PATH);
}

/** @returns the first that can be run: the configured one, one of the names in the PATH, or the path on a Mac */
export function findProgram(
  wish: string | undefined,
  names: readonly string[],
  macPath: string,
): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [wish, ...names.flatMap((name) => folders.map((folder) => join(folder, name))), macPath];
  return candidates.find((path) => path !== undefined && path !== '' && isExecutable(path));
}

/** Exits with one line when there is no Chromium and none can be installed. */
export function ensureChromium(): void {
  if (findChromium()) return;
  installOnDebian([SHELL]);
  if (findChromium() ?? findBrowser()) return;
  process.stderr.write(
    'the browser tests need Chromium or Chrome: install it, or set VIGIE_CHROMIUM to its path\n',
  );
  process.exit(1);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
