/**
 * The path under which a proxy serves Vigie (VIGIE_BASE_PATH). It is taken off where requests come in, so that nothing behind
 * knows of it, and put in front of every path that leaves.
 *
 * Invariant: a path means the same with it and without it: proxies strip it or do not, and cameras in the LAN come without one.
 */

import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

/** @param basePath without a slash at the end; empty: there is none */
export function stripBasePath(request: IncomingMessage, basePath: string): void {
  const { url = '' } = request;
  if (basePath === '' || !url.startsWith(basePath)) return;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) request.url = `/${rest}`;
  else if (rest.startsWith('/')) request.url = rest;
}

/** `Location` of what was made, and of redirections within the server. */
export function locationsUnder(basePath: string): RequestHandler {
  return (_request, response, next) => {
    const setLocation = response.location.bind(response);
    response.location = (url) => setLocation(/^\/(?!\/)/.test(url) ? basePath + url : url);
    next();
  };
}
