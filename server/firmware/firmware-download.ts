/**
 * GET /firmware/:imageId, for cameras: the image offered to the camera, authorized by the token of that offer.
 *
 * Invariant: no byte of an image is sent without TLS.
 */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import { VigieError } from '../errors.ts';
import type { Download } from './firmware-updates.ts';
import type { Log } from '../log.ts';
import type { ConnectionOf } from '../http/client-connection.ts';

export interface FirmwareDownloadOptions {
  downloads: { download(imageId: string, token: string): Download };
  connectionOf: ConnectionOf;
  log: Log;
}

const BEARER = /^Bearer ([\w-]{43})$/i;

export function firmwareDownload(options: FirmwareDownloadOptions): RequestHandler<{ imageId: string }> {
  const { downloads, connectionOf, log } = options;
  return async (request, response) => {
    if (!connectionOf(request).secure)
      throw new VigieError('forbidden', 'firmware can only be downloaded over https:');
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (request.method !== 'GET' || token === undefined)
      throw new VigieError('unauthorized', 'an update is downloaded with the token of its offer');
    const { image, path, signal } = downloads.download(request.params.imageId, token);
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': image.bytes,
      'Cache-Control': 'no-store',
    });
    try {
      await pipeline(createReadStream(path), response, { signal });
    } catch (error) {
      // The camera disconnected or the update was cancelled: the reason says which.
      log.info({ imageId: image.id, reason: (error as Error).message }, 'firmware download aborted');
      response.destroy();
    }
  };
}
