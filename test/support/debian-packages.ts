/** Installs system packages for the tests where possible: on Debian and Ubuntu, as root or with sudo. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Reports no result: the caller checks for the program. */
export function installOnDebian(packages: readonly string[]): void {
  if (!existsSync('/usr/bin/apt-get')) return;
  process.stdout.write(`installing ${packages.join(', ')} for the tests\n`);
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Test files run side by side, and apt does not wait for another apt: `flock` does (part of every Debian). */
function apt(words: readonly string[]): void {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [...asRoot, 'flock', '/var/lock/vigie-tests-apt', 'apt-get', ...words];
  spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
