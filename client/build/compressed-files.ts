/**
 * The last step of the web app's build: writes the compressed forms of its text files beside them, as NAME.br and NAME.gz
 * where they are smaller. The server sends them as they are (http/client-files.ts), so it starts without compressing, and
 * the build can take the strongest levels.
 *
 * The page itself has none: the server generates it for its base path.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Plugin, ResolvedConfig } from 'vite';

const COMPRESSIBLE = new Set(['.js', '.css', '.svg', '.json', '.txt', '.webmanifest']);
const FORMS = [
  { extension: '.br', compress: (bytes: Buffer) => brotliCompressSync(bytes) },
  { extension: '.gz', compress: (bytes: Buffer) => gzipSync(bytes, { level: 9 }) },
];

export function compressedFiles(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'vigie-compressed-files',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    closeBundle() {
      compressFolder(resolve(config.root, config.build.outDir));
    },
  };
}

/** @param folder absolute path */
export function compressFolder(folder: string): void {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    for (const { extension, compress } of FORMS) {
      const compressed = compress(bytes);
      if (compressed.length < bytes.length) writeFileSync(`${path}${extension}`, compressed);
    }
  }
}
