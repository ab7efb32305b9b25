/** Motion settings of a camera in the API. */

import { z } from 'zod';

/** Distance from the left or top edge. */
const share = z.number().min(0).max(1);

/** An area of the picture, drawn by a user. */
export const MOTION_AREA = z.strictObject({
  id: z.string().regex(/^[\w-]{1,32}$/),
  /** Name given by a user. */
  name: z.string().trim().min(1).max(32),
  points: z
    .array(z.tuple([share, share]))
    .min(3)
    .max(32),
});
export type MotionArea = z.infer<typeof MOTION_AREA>;

const areas = z
  .array(MOTION_AREA)
  .max(8)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two have the same id');

export const MOTION_VIEW = z.strictObject({
  /** Whether its pictures are analysed for motion. */
  enabled: z.boolean(),
  /** 1 (only obvious motion) … 100 (a mouse at dusk, and now and then a shadow). */
  sensitivity: z.int().min(1).max(100),
  /** Smallest moving object that counts, as a share of the picture. */
  minArea: z.number().min(0.0005).max(0.5),
  /** Shorter motion does not count. */
  minDurationMs: z.int().min(0).max(10_000),
  /** An event ends after this long without motion. */
  quietMs: z.int().min(1_000).max(60_000),
  /** Areas where motion counts; empty: everywhere. */
  zones: areas,
  /** Areas where motion is ignored. */
  masks: areas,
  /** Each zone raises its own events; otherwise one event names all its zones. */
  separateZones: z.boolean().default(false),
});
export type MotionView = z.infer<typeof MOTION_VIEW>;
