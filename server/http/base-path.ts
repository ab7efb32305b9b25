/**
 * The path under which a proxy serves Vigie (VIGIE_BASE_PATH). It is removed from incoming requests, so that no other part knows
 * it, and added to every path that is sent.
 *
 * Invariant: a path means the same with it and without it: some proxies strip it, and cameras in the LAN do not use it.
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

/** `Location` of created objects, and of redirects within the server. */
export function locationsUnder(basePath: string): RequestHandler {
  return (_request, response, next) => {
    const setLocation = response.location.bind(response);
    response.location = (url) => setLocation(/^\/(?!\/)/.test(url) ? basePath + url : url);
    next();
  };
}
