/** Finds Chromium for the browser tests; on Debian and Ubuntu it is installed when missing. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installOnDebian } from './debian-packages.ts';

/** The first one draws no window: it takes half of the CPU time of the others without one. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];
const MAC_PATH = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** @returns VIGIE_CHROMIUM, or the path of the first Chromium or Chrome found */
export function findChromium(): string | undefined {
  return findProgram(process.env['VIGIE_CHROMIUM'], NAMES, MAC_PATH);
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
  installOnDebian(['chromium-headless-shell']);
  if (!findChromium()) installOnDebian(['chromium']);
  if (findChromium()) return;
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
