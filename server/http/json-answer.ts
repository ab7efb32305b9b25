/** Answers of the API as JSON, with an entity tag, so that a client fetches what it has once only (RFC 9110 section 13). */

import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** An answer that is already JSON in UTF-8: a long list from the reading thread. */
export class EncodedJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export function sendJson(request: Request, response: Response, answer: unknown): void {
  const json = answer instanceof EncodedJson ? answer.bytes : Buffer.from(JSON.stringify(answer));
  if (request.method === 'GET') {
    const etag = etagOf(json);
    response.setHeader('ETag', etag);
    // Not `request.fresh`: Node's fetch sends no-cache with every condition, which is a word to caches.
    const known = request.headers['if-none-match']?.split(',') ?? [];
    if (known.some((each) => each.trim().replace(/^W\//, '') === etag))
      return void response.status(304).end();
  }
  const { buffer, byteOffset, byteLength } = json;
  response.type('json').send(Buffer.from(buffer, byteOffset, byteLength));
}

/** Strong: the same bytes (RFC 9110 section 8.8.3). */
function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}
