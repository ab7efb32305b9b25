/**
 * Requests of an edge to a site, and the answers: JSON over NATS request and reply (docs/edges.md).
 *
 * Both sides ignore fields they do not know; a message of another version is refused, and the refusal names the version.
 */

import { z } from 'zod';
import { RUNG_NAME } from './viewer-figures.ts';

export const EDGE_MESSAGE_VERSION = 1;
/** The longest demand or offer, bytes: four rungs take a quarter of it. */
export const MAX_EDGE_MESSAGE_BYTES = 4096;

const bps = z.number().min(1_000).max(1e9);
const side = z.int().min(1).max(65_535);
/** µs of the sender's server time. */
const timeUs = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** An edge's demand on one camera, for all its viewers. It replaces the edge's former demand, and lapses unless repeated. */
export const CAMERA_DEMAND = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  /** Each rung at most once. None: the edge only asks for the list, or no longer needs the camera. */
  rungs: z
    .array(
      z.object({
        rung: RUNG_NAME,
        /** The highest bitrate that the viewers can receive, bits per second; null: no limit. */
        limitBps: bps.nullable(),
      }),
    )
    .max(4)
    .refine((rungs) => new Set(rungs.map(({ rung }) => rung)).size === rungs.length, 'names a rung twice'),
});
export type CameraDemand = z.output<typeof CAMERA_DEMAND>;

/** The site's answer. */
export const CAMERA_OFFER = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  /** The site's server time when it read the demand, and when it answered (core/clock-offset.ts). */
  t1: timeUs,
  t2: timeUs,
  /** Time after `t1` at which the demand lapses, ms. */
  lapsesInMs: z.int().min(100).max(600_000),
  /** Best first; null: this edge gets no video of the camera now: there is no such camera, or it is switched off. */
  rungs: z
    .array(
      z.object({
        name: RUNG_NAME,
        width: side,
        height: side,
        bitrateBps: bps,
        /** Minimum bitrate of the rung for others than the edge's viewers: a recording, other edges. */
        heldBps: bps.optional(),
      }),
    )
    .min(1)
    .max(4)
    .nullable(),
  /** Seals the camera's pictures now (core/edges/frame-seal.ts); left out where there are no rungs. */
  key: z
    .object({
      id: z
        .int()
        .min(0)
        .max(2 ** 32 - 1),
      secret: z.string().regex(/^[\w-]{22}$/),
    })
    .optional(),
});
export type CameraOffer = z.output<typeof CAMERA_OFFER>;

/** An edge opens a stream of bytes to the site's HTTP server, for one request of one client. */
export const TUNNEL_REQUEST = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  /** Made by the edge, and never used again. */
  stream: z.string().regex(/^[\w-]{16,40}$/),
  /** Address of the client, as the edge sees it, in canonical form. */
  address: z.string().min(1).max(64),
  /** Whether the client's connection is encrypted all the way to the edge. */
  secure: z.boolean(),
});
export type TunnelRequest = z.output<typeof TUNNEL_REQUEST>;

export const TUNNEL_ANSWER = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  open: z.boolean(),
  /** Why it is not open; left out: there are too many streams. */
  reason: z.literal('dropped').optional(),
});
export type TunnelAnswer = z.output<typeof TUNNEL_ANSWER>;

/** The release of a server, for people. */
const software = z.string().regex(/^[\w.+-]{1,32}$/);

/** An edge says that it is there, every few seconds. */
export const EDGE_HELLO = z.object({ version: z.literal(EDGE_MESSAGE_VERSION), software });
export type EdgeHelloMessage = z.output<typeof EDGE_HELLO>;

export const HELLO_ANSWER = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  software,
  /** False: the site has dropped this edge, and gives it nothing. */
  admitted: z.boolean(),
});
export type HelloAnswer = z.output<typeof HELLO_ANSWER>;

/** A server says this to the others of its site's name (core/edges/site-claim.ts). */
export const SITE_CLAIM = z.object({
  version: z.literal(EDGE_MESSAGE_VERSION),
  instance: z.uuid(),
  holds: z.boolean(),
});

/** The answer to a message that the site cannot read. These two fields mean the same in every version. */
export const DEMAND_REFUSAL = z.object({
  version: z.int().min(0),
  refused: z.enum(['version', 'malformed']),
});
export type DemandRefusal = z.output<typeof DEMAND_REFUSAL>;
