/** The body of a route that takes a file. */

import type { Request } from 'express';
import { VigieError } from '../errors.ts';

/**
 * @param assertAllowed called once all of it is here, which takes a while: the right may be gone
 * @throws VigieError `badRequest` when it is not sent as a file
 */
export function wholeBodyOf(request: Request, assertAllowed: () => void): AsyncIterable<Uint8Array> {
  if (!request.is('application/octet-stream'))
    throw new VigieError(
      'badRequest',
      'send the file itself as the body, with content-type application/octet-stream',
    );
  return piecesOf(request, assertAllowed);
}

/**
 * The rest of a refused file is still arriving, and closing the connection now would lose the answer. So it is read to
 * its end, within the time limit of a request.
 */
async function* piecesOf(request: Request, assertAllowed: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
    assertAllowed();
  } finally {
    request.resume();
  }
}
