/**
 * Answers GET and HEAD with bytes in memory: preconditions (RFC 9110 section 13), one range (section 14), 304, 412 and
 * 416. No file is opened, so a client that disconnects leaves nothing open.
 */

import type { Request, Response } from 'express';
import { VigieError } from '../errors.ts';

export interface Representation {
  bytes: Buffer;
  /** Strong, with its quotes. */
  etag: string;
  modifiedAt: Date;
  /** Content encoding, if they are compressed. */
  encoding?: string;
}

/** @throws VigieError `preconditionFailed`, `rangeNotSatisfiable` */
export function sendBytes(request: Request, response: Response, representation: Representation): void {
  const { bytes, etag, modifiedAt, encoding } = representation;
  response.setHeader('ETag', etag);
  response.setHeader('Last-Modified', modifiedAt.toUTCString());
  response.setHeader('Accept-Ranges', 'bytes');
  if (!meetsPreconditions(request, representation))
    throw new VigieError('preconditionFailed', 'the file has changed; reload the page');
  if (request.fresh) return void response.status(304).end();
  const part = partOf(request, representation);
  if (part === 'none') {
    response.setHeader('Content-Range', `bytes */${bytes.length}`);
    throw new VigieError('rangeNotSatisfiable', `the file has ${bytes.length} bytes`);
  }
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
  if (part) {
    response.status(206);
    response.setHeader('Content-Range', `bytes ${part.start}-${part.end}/${bytes.length}`);
  }
  const body = part ? bytes.subarray(part.start, part.end + 1) : bytes;
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

function meetsPreconditions({ headers }: Request, { etag, modifiedAt }: Representation): boolean {
  const match = headers['if-match'];
  if (match !== undefined)
    return match.trim() === '*' || match.split(',').some((candidate) => candidate.trim() === etag);
  const since = Date.parse(headers['if-unmodified-since'] ?? '');
  return Number.isNaN(since) || inSeconds(modifiedAt) <= since / 1000;
}

/** @returns undefined for the whole, which also answers several ranges or a malformed range */
function partOf(request: Request, { bytes, etag, modifiedAt }: Representation) {
  const condition = request.headers['if-range']?.toString();
  if (condition !== undefined && condition !== etag && condition !== modifiedAt.toUTCString())
    return undefined;
  const ranges = request.method === 'GET' ? request.range(bytes.length) : undefined;
  if (ranges === -1) return 'none';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1)
    return undefined;
  return ranges[0];
}

/** HTTP dates have no fraction. */
function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
