/**
 * What a codec process may do, as Node's permission model says it: read its own code, load the codec, and nothing else. No
 * other file, no network, no process, no thread.
 */

import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node options for the codec process. */
export function codecPrivileges(): string[] {
  const readable = [
    new URL('.', import.meta.url),
    new URL('../wire/', import.meta.url),
    // The folder of all packages, since the codec's binary is a package of its own.
    new URL('../../..', import.meta.resolve('node-av/lib')),
  ];
  return [
    '--permission',
    '--allow-addons',
    '--disable-warning=SecurityWarning',
    // By both names where one is a link: Node looks a module up by the one and reads it by the other.
    ...readable
      .map((folder) => fileURLToPath(folder))
      .flatMap((path) => [...new Set([path, realpathSync(path) + sep])])
      .map((path) => `--allow-fs-read=${path}*`),
  ];
}
