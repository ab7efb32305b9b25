/** What of a camera's motion counts, as the API shows it and takes it. */

import { z } from 'zod';

/** From the left, or from the top. */
const share = z.number().min(0).max(1);

/** A piece of the picture, drawn by people. */
export const MOTION_AREA = z.strictObject({
  id: z.string().regex(/^[\w-]{1,32}$/),
  /** As people call it. */
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
  /** Whether its pictures are looked at for motion at all. */
  enabled: z.boolean(),
  /** 1 (only what is plain to see) … 100 (a mouse at dusk, and now and then a shadow). */
  sensitivity: z.int().min(1).max(100),
  /** Smallest thing that counts, as a share of the whole picture. */
  minArea: z.number().min(0.0005).max(0.5),
  /** Shorter movements do not count. */
  minDurationMs: z.int().min(0).max(10_000),
  /** An event ends after this long without motion. */
  quietMs: z.int().min(1_000).max(60_000),
  /** Where motion counts; none: everywhere. */
  zones: areas,
  /** Where nothing counts. */
  masks: areas,
  /** Each zone raises events of its own; else one event names all the zones it was in. */
  separateZones: z.boolean().default(false),
});
export type MotionView = z.infer<typeof MOTION_VIEW>;
