/**
 * OPTIONS of WHEP, and the CORS headers of all its answers. Used in front of the API's methods (http/api-methods.ts).
 *
 * A caller who signs in gets the ICE servers, with credentials of its own; a browser's preflight, which cannot sign in, does not.
 */

import type { Request, RequestHandler } from 'express';
import { SDP_FRAGMENT_TYPE, SDP_TYPE } from '../wire/routes/whep.ts';
import { linksOf } from './ice-server-links.ts';
import type { Whep } from './whep-routes.ts';

const PATH = /^\/api\/cameras\/([^/]+)\/whep(\/[^/]+)?\/?$/i;

/** @param userOf whose credentials those of the ICE servers are; undefined: none are told. @throws VigieError */
export function whepOptions(
  { origins, iceServers }: Omit<Whep, 'sessions'>,
  userOf?: (request: Request, cameraId: string) => string,
): RequestHandler {
  return (request, response, next) => {
    const [whole, encodedId = '', sessionPart] = PATH.exec(request.path) ?? [];
    if (whole === undefined) return next();
    origins.setHeaders(request, response);
    if (request.method !== 'OPTIONS') return next();
    const isEndpoint = sessionPart === undefined;
    response.setHeader('Allow', isEndpoint ? 'OPTIONS, POST' : 'DELETE, OPTIONS, PATCH');
    if (isEndpoint) response.setHeader('Accept-Post', SDP_TYPE);
    else response.setHeader('Accept-Patch', SDP_FRAGMENT_TYPE);
    if (isEndpoint && userOf && request.headers.authorization !== undefined)
      response.append('Link', linksOf(iceServers(userOf(request, decoded(encodedId)))));
    response.status(204).end();
  };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return '';
  }
}
