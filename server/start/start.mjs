/**
 * `npm start`: checks that this machine can run Vigie, brings the built web app up to date, then starts main.ts.
 *
 * Plain JavaScript that Node 18 and later can parse, because it reports a Node version that is too old.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN_NODE_MAJOR = 26;
/** These serve nothing, so they need no web app. */
const COMMANDS = /^--(?:check-config|reset-password|backup|restore)(?:=|$)/;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} line
 * @returns {never}
 */
function stop(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
  stop(
    `Vigie needs Node ${MIN_NODE_MAJOR}, this is ${process.version}: run \`npm install\`, which installs it, then \`npm start\`.`,
  );
}
if (!existsSync(join(ROOT, 'node_modules'))) stop('Run `npm install` first, then `npm start`.');
if (!process.argv.some((word) => COMMANDS.test(word))) {
  const { ensureClientBuilt } = await import('./client-build.mjs');
  const problem = await ensureClientBuilt();
  if (problem) stop(problem);
}
await import('../main.ts');
