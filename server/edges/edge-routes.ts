/** /api/edges: the edges of this site, for administrators. */

import { Router } from 'express';
import type { Guard } from '../accounts/guard.ts';
import { VigieError } from '../errors.ts';
import { serve } from '../http/serve.ts';
import type { SiteEdgesView } from '../wire/site-edges.ts';
import type { SiteEdges } from './site-edges.ts';

/** @param edges undefined: this site is shown at none */
export function edgeRoutes(
  edges: Pick<SiteEdges, 'view' | 'setDropped'> | undefined,
  software: string,
  guard: Guard,
): Router {
  const router = Router();
  const view = (): SiteEdgesView => edges?.view() ?? { site: null, state: 'off', software, edges: [] };
  serve(router, 'GET /api/edges', ({ request }) => {
    guard.administrator(request);
    return view();
  });
  serve(router, 'PUT /api/edges/:edge', async ({ request, params: { edge }, readBody }) => {
    guard.administrator(request);
    const { dropped } = readBody();
    if (!edges) throw new VigieError('notFound', 'this site is shown at no edges: VIGIE_NATS_URL is not set');
    await edges.setDropped(edge, dropped);
    return view();
  });
  return router;
}
