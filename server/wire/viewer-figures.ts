/**
 * Statistics of a viewer's cameras: the capacity of its line, and for each camera the size and layers sent, what limits them, and
 * the repair packets. Sent to the viewer's page (`viewerFigures`), and to administrators (GET /api/status).
 */

import { z } from 'zod';
import { count } from './fields.ts';
import { DIRECT_OBSTACLE } from './reach.ts';

/** More are not listed; cameras of a page that are not sent come last. */
export const MAX_CONSUMER_FIGURES = 32;

/** The sizes in which a camera is encoded, best first (core/video/rungs.ts). */
export const RUNG_NAME = z.enum(['full', 'large', 'small', 'tiny']);

export const CONSUMER_FIGURES = z.strictObject({
  consumerId: z.string(),
  cameraId: z.string(),
  /** The size sent now, largest first; null before the first frame, and while it is paused. */
  rung: RUNG_NAME.nullable(),
  /** Temporal layers sent, of three; null while it is paused. */
  layers: z.int().min(1).max(3).nullable(),
  /** Why less than the full picture is sent. `size`: the page shows no more. `quality`: the viewer's data saver limits it. */
  limitedBy: z.enum(['line', 'size', 'quality']).nullable(),
  packetsSent: count,
  packetsRetransmitted: count,
  /** Packets of forward error correction. */
  repairPacketsSent: count,
  /** 0 … 1, from the last receiver report. */
  fractionLost: z.number().min(0).max(1),
});
export type ConsumerFigures = z.infer<typeof CONSUMER_FIGURES>;

export const VIEWER_FIGURES = z.strictObject({
  transportId: z.string(),
  /** Null without one. */
  path: z.enum(['udp', 'tcp', 'relay']).nullable(),
  /** Null when a check came directly, and for viewers in the server's network. */
  obstacle: DIRECT_OBSTACLE.nullable(),
  /** Estimate of the line for video and repairs, bits per second; null while it is unknown. */
  estimateBps: z.number().min(0).nullable(),
  /** How long packets wait in the queue that the server's own video causes. */
  queueMs: z.number().min(0).nullable(),
  roundTripMs: z.number().min(0),
  consumers: z.array(CONSUMER_FIGURES).max(MAX_CONSUMER_FIGURES),
});
export type ViewerFigures = z.infer<typeof VIEWER_FIGURES>;
