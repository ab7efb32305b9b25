/** Removes namespaces with everything running in them: those of finished networks, and those of dead processes. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE_FOLDER, ownerOf } from './namespace-name.ts';
import { runCommand } from './run-command.ts';

const NAMESPACES = '/run/netns';

/** Never throws: a missing namespace counts as removed. */
export function removeNamespace(namespace: string): void {
  try {
    const pids = runCommand('ip', ['netns', 'pids', namespace]).split('\n').map(Number);
    for (const pid of pids) if (pid > 0) endProcess(pid);
    runCommand('ip', ['netns', 'delete', namespace]);
  } catch {
    // Another sweep was faster.
  }
  rmSync(join(NAMESPACE_FOLDER, namespace), { recursive: true, force: true });
}

/** Removes namespaces and processes of test runs that were killed. */
export function removeLeftovers(): void {
  for (const folder of [NAMESPACES, NAMESPACE_FOLDER]) {
    if (!existsSync(folder)) continue;
    for (const namespace of readdirSync(folder)) {
      const owner = ownerOf(namespace);
      if (owner !== undefined && !existsSync(`/proc/${owner}`)) removeNamespace(namespace);
    }
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended on its own.
  }
}
