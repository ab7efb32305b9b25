/**
 * What a codec process may do, as Node's permission model says it: read its own code, load the codec, and nothing else. No
 * other file, no network, no process, no thread.
 */

import { fileURLToPath } from 'node:url';

/** Node options for the codec process. */
export function codecPrivileges(): string[] {
  const readable = [
    new URL('.', import.meta.url),
    new URL('../wire/', import.meta.url),
    new URL('../core/', import.meta.url),
    new URL('../ffmpeg/', import.meta.url),
    // The folder of all packages, since the codec's binary is a package of its own; by both names where it is a link, for
    // Node looks a package up by the one and reads it by the other.
    new URL('../../node_modules/', import.meta.url),
    new URL('../../..', import.meta.resolve('node-av/lib')),
  ];
  return [
    '--permission',
    '--allow-addons',
    '--disable-warning=SecurityWarning',
    ...new Set(readable.map((folder) => `--allow-fs-read=${fileURLToPath(folder)}*`)),
  ];
}

/**
 * The environment of the codec process: nothing but how the GNU C library allocates. By itself it raises the size from
 * which a block is mapped, and given back, on its own; blocks of encoders and pictures then come from a heap that they
 * fragment, since FFmpeg aligns them. Other C libraries do not read this.
 */
export const CODEC_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: '131072' };
