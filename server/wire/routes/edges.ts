/** Routes of the edges of a site. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { id } from '../fields.ts';
import { EDGE_CHANGE, SITE_EDGES_VIEW } from '../site-edges.ts';

export const EDGE_ROUTES = {
  'GET /api/edges': {
    summary: 'List the edges that show this site’s cameras',
    response: SITE_EDGES_VIEW,
  },
  'PUT /api/edges/:edge': {
    summary: 'Drop an edge, so that it gets nothing of this site within a second, or admit it again',
    params: z.strictObject({ edge: id }),
    body: EDGE_CHANGE,
    response: SITE_EDGES_VIEW,
  },
} as const satisfies ApiRouteTable;
