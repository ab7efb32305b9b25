/**
 * Brings the built web app (client/dist) up to date with its sources. `npm start` and `npm test` both begin with it.
 *
 * Plain JavaScript, because start.mjs is.
 */

import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = join(ROOT, 'client');
const DIST = join(CLIENT, 'dist');
/** Sources of the web app besides client/ itself. */
const OTHER_SOURCES = ['server/wire', 'package-lock.json'].map((path) => join(ROOT, path));

/** @returns {Promise<string | undefined>} undefined when the web app is up to date, else what to do about it */
export async function ensureClientBuilt() {
  if (isClientFresh()) return undefined;
  const error = await buildClient();
  return error && `The web app cannot be built: ${error.message}`;
}

/**
 * @param {string} path of a file or folder
 * @returns {number} time of the newest change in it, ms since the Unix epoch
 */
function newestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time counts too: a removed file changes it. Built files and hidden ones do not count.
  const names = readdirSync(path).filter((name) => !name.startsWith('dist') && !name.startsWith('.'));
  const own = path === CLIENT ? 0 : stat.mtimeMs;
  return Math.max(own, ...names.map((name) => newestChange(join(path, name))));
}

function isClientFresh() {
  const built = newestChange(join(DIST, 'index.html'));
  return built > 0 && [CLIENT, ...OTHER_SOURCES].every((path) => newestChange(path) <= built);
}

/** @returns {Promise<Error | undefined>} the error, if any */
async function buildClient() {
  const vite = await import('vite').catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (!vite) {
    // A production install has a finished build and no tools to make one.
    if (existsSync(join(DIST, 'index.html'))) return undefined;
    return new Error(
      'vite, which builds it, is not installed: run `npm install --include=dev`, then `npm start`',
    );
  }
  process.stdout.write('Building the web app, once …\n');
  // Built in a separate folder and moved into place, so that a server running or starting meanwhile never serves half
  // of it.
  const [next, old] = [`${DIST}-next-${process.pid}`, `${DIST}-old-${process.pid}`];
  try {
    const configFile = join(CLIENT, 'vite.config.ts');
    await vite.build({ configFile, logLevel: 'error', build: { outDir: next, emptyOutDir: true } });
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(next, DIST);
  } catch (error) {
    // Two starts at the same moment: the second one uses the first one's build.
    if (!isClientFresh()) return /** @type {Error} */ (error);
  } finally {
    for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}
