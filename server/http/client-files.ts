/**
 * The built web app, read into memory once: about forty files, 1.2 MB with their compressed forms. Files with a hash in their
 * name never change and are cached forever; all other files are revalidated on each use. Every other path that a browser
 * navigates to serves the app's page. The build creates the compressed forms (client/build/compressed-files.ts), except for the
 * page.
 *
 * Invariants: no request opens a file. A running server serves the app it was started with, all files of one build.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Router, type Request, type Response } from 'express';
import { VigieError } from '../errors.ts';
import { sendBytes, type Representation } from './send-bytes.ts';

interface ClientFile {
  type: string;
  isImmutable: boolean;
  plain: Representation;
  /** The smallest first; empty for types that are already compressed. */
  compressed: Representation[];
}

/** The smallest first. */
const FORMS = [
  { encoding: 'br', extension: '.br', compress: (bytes: Buffer) => brotliCompressSync(bytes) },
  { encoding: 'gzip', extension: '.gz', compress: (bytes: Buffer) => gzipSync(bytes) },
];
const INDEX = '/index.html';

/**
 * @param folder client/dist
 * @param basePath see base-path.ts
 */
export function clientFiles(folder: string, basePath = ''): Router {
  const files = readFiles(folder, basePath);
  const router = Router();
  router.get('/{*path}', (request, response, next) => {
    const { path } = request;
    const file = files.get(path === '/' ? INDEX : path);
    if (file) return send(request, response, file);
    // A missing script or style must not be answered with the app's page: browsers would cache it.
    if (path.startsWith('/assets/'))
      throw new VigieError('notFound', 'there is no such file; reload the page');
    // A navigation accepts HTML explicitly; scripts, pictures and programs accept anything, and a page would be wrong
    // for them.
    if (!request.headers.accept?.includes('text/html')) return next();
    const page = files.get(INDEX);
    if (!page)
      throw new VigieError('unavailable', 'the web app is not built; start the server with `npm start`');
    return send(request, response, page);
  });
  return router;
}

function send(request: Request, response: Response, file: ClientFile): void {
  const { type, isImmutable, plain, compressed } = file;
  response.setHeader('Cache-Control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (compressed.length > 0) response.vary('Accept-Encoding');
  response.type(type);
  sendBytes(
    request,
    response,
    compressed.find(({ encoding = '' }) => request.acceptsEncodings(encoding) !== false) ?? plain,
  );
}

/** By path. */
function readFiles(folder: string, basePath: string): Map<string, ClientFile> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && FORMS.every(({ extension }) => !entry.name.endsWith(extension)),
  );
  return new Map(
    entries.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = file.slice(folder.length).replaceAll('\\', '/');
      return [path, readFile(file, path, basePath)];
    }),
  );
}

function readFile(file: string, path: string, basePath: string): ClientFile {
  const read = readFileSync(file);
  const bytes = path === INDEX ? pageUnder(basePath, read) : read;
  const modifiedAt = statSync(file).mtime;
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const compressed = FORMS.flatMap(({ encoding, extension, compress }): Representation[] => {
    const form = path === INDEX ? compress(bytes) : readIfThere(`${file}${extension}`);
    const isSmaller = form !== undefined && form.length < bytes.length;
    return isSmaller ? [{ bytes: form, etag: `"${hash}-${encoding}"`, modifiedAt, encoding }] : [];
  });
  return {
    type: extname(path),
    isImmutable: path.startsWith('/assets/'),
    plain: { bytes, etag: `"${hash}"`, modifiedAt },
    compressed,
  };
}

/**
 * The page refers to its files relative to the app's base path, and is shown at many paths; it also tells the app that base path.
 */
function pageUnder(basePath: string, page: Buffer): Buffer {
  const text = page
    .toString()
    .replaceAll(/(?<=\s(?:href|src)=")\.?\//g, `${basePath}/`)
    .replace('data-base-path=""', `data-base-path="${basePath}"`);
  return Buffer.from(text);
}

function readIfThere(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
