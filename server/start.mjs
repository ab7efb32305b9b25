/**
 * `npm start`: looks whether this machine can run Vigie, brings the built web app up to date, then hands over to main.ts.
 *
 * Plain JavaScript that any Node from 18 on understands, because it is what tells people that their Node is too old.
 */

import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN_NODE_MAJOR = 26;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLIENT = join(ROOT, 'client');
const DIST = join(CLIENT, 'dist');
/** What the web app is built from, besides client/ itself. */
const OTHER_SOURCES = ['server/wire', 'package-lock.json'].map((path) => join(ROOT, path));

/**
 * @param {string} line
 * @returns {never}
 */
function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

/**
 * @param {string} path of a file or folder
 * @returns {number} when anything in it was last changed, ms since the Unix epoch
 */
function newestChange(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The folder's own time counts too: it is what a removed file leaves behind. Built files and hidden ones do not.
  const names = readdirSync(path).filter((name) => !name.startsWith('dist') && !name.startsWith('.'));
  const own = path === CLIENT ? 0 : stat.mtimeMs;
  return Math.max(own, ...names.map((name) => newestChange(join(path, name))));
}

function isClientFresh() {
  const built = newestChange(join(DIST, 'index.html'));
  return built > 0 && [CLIENT, ...OTHER_SOURCES].every((path) => newestChange(path) <= built);
}

/** @returns {Promise<Error | undefined>} what went wrong */
async function buildClient() {
  const vite = await import('vite').catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
  if (!vite) {
    // A production install brings its own build and nothing to make one with.
    if (existsSync(join(DIST, 'index.html'))) return undefined;
    stop(
      'The web app is not built, and vite, which builds it, is not installed: run `npm install`, then `npm start`.',
    );
  }
  process.stdout.write('Building the web app, once …\n');
  // Built beside and moved into place, so that a server that runs, or starts at the same moment, never serves half of it.
  const [next, old] = [`${DIST}-next-${process.pid}`, `${DIST}-old-${process.pid}`];
  try {
    const configFile = join(CLIENT, 'vite.config.ts');
    await vite.build({ configFile, logLevel: 'error', build: { outDir: next, emptyOutDir: true } });
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(next, DIST);
  } catch (error) {
    // Of two that start at the same moment, one comes second; what the first has built is as good.
    if (!isClientFresh()) return error;
  } finally {
    for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}

if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
  stop(
    `Vigie needs Node ${MIN_NODE_MAJOR}, this is ${process.version}: run \`npm install\`, which brings it along, then \`npm start\`.`,
  );
}
if (!existsSync(join(ROOT, 'node_modules'))) stop('Run `npm install` first, then `npm start`.');
if (!process.argv.includes('--check-config') && !isClientFresh()) {
  const error = await buildClient();
  if (error) stop(`The web app cannot be built: ${error.message}`);
}
await import('./main.ts');
