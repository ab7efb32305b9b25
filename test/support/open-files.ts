/** Which files this process has open, where the system tells (Linux). */

import { readdirSync, readlinkSync } from 'node:fs';

export const canListOpenFiles = process.platform === 'linux';

/** Descriptors that are no sockets, those of one file when its path is given. */
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
      // It was the one that lists them.
      return [];
    }
  });
}
