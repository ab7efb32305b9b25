/** The edges of a site, as its administrators see them (docs/edges.md). */

import { z } from 'zod';
import { count, timeMs } from './fields.ts';

export const MAX_DROPPED_EDGES = 256;

/** A name at NATS. */
export const nodeName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'must be a name of a-z, 0-9 and -, up to 32 characters');

export const EDGE_VIEW = z.strictObject({
  name: nodeName,
  /** `otherVersion`: one of the two is too old; `dropped`: it gets nothing. */
  status: z.enum(['connected', 'silent', 'otherVersion', 'dropped']),
  /** Its release, null: unknown. */
  software: z.string().nullable(),
  /** Null: not since the server started. */
  heardAtMs: timeMs.nullable(),
  /** Cameras that are watched there. */
  cameras: count,
  /** Pages and programs that are signed in there. */
  viewers: count,
  /** Requests under way, those of signed-in pages included. */
  requests: count,
});
export type EdgeView = z.infer<typeof EDGE_VIEW>;

export const SITE_EDGES_VIEW = z.strictObject({
  /** Null: this server is shown at no edges. */
  site: nodeName.nullable(),
  /** `away`: NATS cannot be reached; `nameTaken`: another server has the site's name. */
  state: z.enum(['off', 'away', 'starting', 'shown', 'nameTaken']),
  /** The release of this server. */
  software: z.string(),
  edges: z.array(EDGE_VIEW),
});
export type SiteEdgesView = z.infer<typeof SITE_EDGES_VIEW>;

export const EDGE_CHANGE = z.strictObject({ dropped: z.boolean() });
