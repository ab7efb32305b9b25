/**
 * Permissions of a codec process in Node's permission model: reading its own code and loading the codec. No other file,
 * no network, no process, no thread.
 */

import { fileURLToPath } from 'node:url';

/** Node options for the codec process. */
export function codecPrivileges(): string[] {
  const readable = [
    new URL('.', import.meta.url),
    new URL('../wire/', import.meta.url),
    new URL('../core/', import.meta.url),
    new URL('../ffmpeg/', import.meta.url),
    // The folder of all packages, because the codec's binary is a separate package; under both names if it is a link,
    // because Node resolves a package by the one and reads it by the other.
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
 * The environment of the codec process: only the GNU C library's allocation setting. By default it raises the size from
 * which a block is mapped, and released, separately; blocks of encoders and pictures then come from a heap that they
 * fragment, because FFmpeg aligns them. Other C libraries ignore this.
 */
export const CODEC_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: '131072' };
