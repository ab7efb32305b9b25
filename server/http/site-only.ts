/**
 * Refuses requests of an edge's clients, except to the API and signaling. An honest edge requests nothing else; this stops a
 * stolen edge, which could pose as a camera, or fetch a camera's key.
 */

import type { RequestHandler } from 'express';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { isTunnelled } from './client-connection.ts';
import type { UpgradeHandler } from './http-server.ts';
import { notFound } from './problem.ts';

/** Registered before all routes. */
export const apiAloneForEdges: RequestHandler = (request, response, next) => {
  const isClosed = isTunnelled(request) && !request.path.startsWith('/api/');
  if (isClosed) void notFound(request, response, next);
  else next();
};

/** @returns the handler for connections that do not come through an edge; others are refused */
export function siteOnly(handle: UpgradeHandler): UpgradeHandler {
  return (request, socket, head) => {
    if (isTunnelled(request)) return refuseUpgrade(socket, 403, 'cameras connect to the site itself');
    handle(request, socket, head);
  };
}
