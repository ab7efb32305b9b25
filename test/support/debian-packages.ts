/** Installs system packages for the tests where possible: on Debian and Ubuntu, as root or with sudo. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Reports no result: the caller checks for the program. */
export function installOnDebian(packages: readonly string[]): void {
  if (!existsSync('/usr/bin/apt-get')) return;
  process.stdout.write(`installing ${packages.join(', ')} for the tests\n`);
  // On a fresh machine the lists are missing, on an old one they name packages that are gone.
  if (!install(packages)) {
    apt(['update', '-qq']);
    install(packages);
  }
}

function install(packages: readonly string[]): boolean {
  return apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Test files run side by side, and apt does not wait for another apt: `flock` does (part of every Debian). */
function apt(words: readonly string[]): boolean {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [...asRoot, 'flock', '/var/lock/vigie-tests-apt', 'apt-get', ...words];
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
