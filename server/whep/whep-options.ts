/**
 * OPTIONS of WHEP, and the CORS headers of all its answers. Used in front of the API's methods (http/api-methods.ts).
 *
 * A caller who signs in gets the ICE servers, with credentials of its own; a browser's preflight, which cannot sign in, does not.
 */

import type { RequestHandler } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { VigieError } from '../errors.ts';
import { SDP_FRAGMENT_TYPE, SDP_TYPE } from '../wire/routes/whep.ts';
import { linksOf } from './ice-server-links.ts';
import type { Whep } from './whep-routes.ts';

const PATH = /^\/api\/cameras\/([^/]+)\/whep(\/[^/]+)?\/?$/i;

export function whepOptions({ origins, iceServers }: Omit<Whep, 'sessions'>, guard: Guard): RequestHandler {
  return (request, response, next) => {
    const [whole, encodedId = '', sessionPart] = PATH.exec(request.path) ?? [];
    if (whole === undefined) return next();
    origins.setHeaders(request, response);
    if (request.method !== 'OPTIONS') return next();
    const isEndpoint = sessionPart === undefined;
    response.setHeader('Allow', isEndpoint ? 'OPTIONS, POST' : 'DELETE, OPTIONS, PATCH');
    if (isEndpoint) response.setHeader('Accept-Post', SDP_TYPE);
    else response.setHeader('Accept-Patch', SDP_FRAGMENT_TYPE);
    if (isEndpoint && request.headers.authorization !== undefined) {
      const who = guard.caller(request, 'basic');
      if (!guard.may(who, 'live', decoded(encodedId)))
        throw new VigieError('notFound', 'there is no such camera, or you have no right to it');
      response.append('Link', linksOf(iceServers(who.userId)));
    }
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
