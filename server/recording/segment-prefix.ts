/**
 * Sends the complete part of a segment that is being written, or that a failing disk cut off, in ranges, without ending it
 * (core/recording/webm-prefix.ts).
 */

import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { webmPrefix, type WebmPrefix } from '../core/recording/webm-prefix.ts';
import { VigieError } from '../errors.ts';

export interface PrefixRequest {
  path: string;
  recordingId: string;
  /** Length of the file; undefined: as far as it is written. */
  upTo: number | undefined;
  /** It still grows. */
  isOpen: boolean;
}

const CHUNK_BYTES = 64 * 1024;
const RETRY_AFTER_SECONDS = 1;

/** @throws VigieError `unavailable` before a picture is on the disk, `notFound` when it was removed, `rangeNotSatisfiable` */
export async function sendPrefix(request: Request, response: Response, asked: PrefixRequest): Promise<void> {
  const file = await openIfThere(asked.path);
  try {
    const { size } = await file.stat();
    const { upTo = size } = asked;
    // Its next part would belong to another file.
    if (asked.isOpen && upTo > size) throw notYet();
    const prefix = await webmPrefix((at, length) => readAt(file, at, length), Math.min(upTo, size));
    if (!prefix)
      throw asked.isOpen
        ? notYet()
        : new VigieError('notFound', 'this recording has no picture on the disk yet');
    await send(request, response, `"${asked.recordingId}-${prefix.bytes}"`, prefix, file);
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new VigieError('notFound', 'this recording was removed', { cause: error });
  }
}

function notYet(): VigieError {
  return new VigieError(
    'unavailable',
    'this recording is not on the server’s disk yet; try again in a moment',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );
}

async function send(
  request: Request,
  response: Response,
  etag: string,
  prefix: WebmPrefix,
  file: FileHandle,
): Promise<void> {
  response.type('video/webm');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etag);
  if (request.fresh) return void response.status(304).end();
  const ifRange = request.headers['if-range'];
  const isSame = ifRange === undefined || ifRange === etag;
  const ranges = isSame ? request.range(prefix.bytes, { combine: true }) : undefined;
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${prefix.bytes}`);
    throw new VigieError('rangeNotSatisfiable', 'the range is outside the recorded part');
  }
  const [range] = Array.isArray(ranges) && ranges.length === 1 ? ranges : [];
  const { start, end } = range ?? { start: 0, end: prefix.bytes - 1 };
  if (range) response.status(206).setHeader('Content-Range', `bytes ${start}-${end}/${prefix.bytes}`);
  response.setHeader('Content-Length', end - start + 1);
  if (request.method === 'HEAD') return void response.end();
  // A client that leaves in the middle needs no answer.
  await pipeline(Readable.from(bytesOf(prefix, file, start, end + 1)), response).catch(() =>
    response.destroy(),
  );
}

async function* bytesOf(
  { fileBytes, patches, cues }: WebmPrefix,
  file: FileHandle,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  const fileEnd = Math.min(to, fileBytes);
  for (let at = from; at < fileEnd;) {
    const bytes = await readAt(file, at, Math.min(CHUNK_BYTES, fileEnd - at));
    if (bytes.length === 0) throw new Error('the segment is shorter than it was');
    for (const patch of patches) overlay(bytes, at, patch.bytes, patch.at);
    yield bytes;
    at += bytes.length;
  }
  if (to > fileBytes) yield cues.subarray(Math.max(0, from - fileBytes), to - fileBytes);
}

/** Writes what falls into `bytes`, which begin at `at`. */
function overlay(bytes: Uint8Array, at: number, patch: Uint8Array, patchAt: number): void {
  const from = Math.max(at, patchAt);
  const to = Math.min(at + bytes.length, patchAt + patch.length);
  if (from < to) bytes.set(patch.subarray(from - patchAt, to - patchAt), from - at);
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
