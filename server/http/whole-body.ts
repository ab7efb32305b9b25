/** The body of a route that takes a file, which may take as long as it needs once it is being read. */

import type { Request } from 'express';
import { VigieError } from '../errors.ts';
import { prolongBody } from './body-timeout.ts';

/**
 * Call it once the right to send the file is checked.
 *
 * @throws VigieError `badRequest` when it is not sent as a file
 */
export function wholeBodyOf(request: Request): AsyncIterable<Uint8Array> {
  if (!request.is('application/octet-stream'))
    throw new VigieError(
      'badRequest',
      'send the file itself as the body, with content-type application/octet-stream',
    );
  return piecesOf(request);
}

/**
 * The rest of a refused file is still arriving, and closing the connection now would lose the answer. So it is read to
 * its end, within the time limit of an upload.
 */
async function* piecesOf(request: Request): AsyncGenerator<Uint8Array> {
  prolongBody(request);
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } finally {
    request.resume();
  }
}
