/** Files that this process has open, if the system shows them (Linux). */

import { readdirSync, readlinkSync } from 'node:fs';

export const canListOpenFiles = process.platform === 'linux';

/** Descriptors that are not sockets; only those of one file when its path is given. */
export function openFiles(path?: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return path === undefined
        ? target.startsWith('socket:')
          ? []
          : [target]
        : target === path
          ? [target]
          : [];
    } catch {
      // It was the descriptor of the listing itself.
      return [];
    }
  });
}
