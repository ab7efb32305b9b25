/** What happened at a camera, as the API and the signaling tell it. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { id, queryTimeMs, shortName, timeMs } from './fields.ts';

/** Who noticed it: a sensor beside the camera, one wired to it, motion in its pictures, or that it is connected no more. */
export const EVENT_SOURCE = z.enum(['sensor', 'camera', 'motion', 'connection']);
export type EventSource = z.infer<typeof EVENT_SOURCE>;

/** Something moved there, or the camera itself was away: not connected, or without new pictures. */
export const EVENT_KIND = z.enum(['motion', 'offline']);
export type EventKind = z.infer<typeof EVENT_KIND>;

/** The signaling tells an event when it starts, when more becomes known of it, and when it ends; its id stays. */
export const EVENT_VIEW = z.strictObject({
  id,
  cameraId: id,
  source: EVENT_SOURCE,
  /** Which one of its kind, say the sensor's name, or STALLED_SOURCE: at most 32 characters, empty where there is only one. */
  sourceName: z.string(),
  kind: EVENT_KIND,
  startedAtMs: timeMs,
  /** Null while it goes on. Of what has no length, when it started. */
  endedAtMs: timeMs.nullable(),
  /** Names of the zones it was in, as they were called then, in the order it reached them; none where nobody drew any. */
  zones: z.array(z.string()),
  /** Of motion, the largest share of the picture that moved at once, 0 … 1; null where nothing was measured. */
  score: z.number().nullable(),
  /** There is a small picture of it, at `/api/cameras/CAMERA/events/ID/thumbnail.jpg`; it is made within some seconds. */
  thumbnail: z.boolean(),
});
export type EventView = z.infer<typeof EVENT_VIEW>;

/** Query of GET /api/events and /api/cameras/:cameraId/events. */
export const EVENTS_QUERY = z
  .strictObject({
    limit: z.coerce.number<number>().int().min(1).max(1000).default(20),
    kind: EVENT_KIND.exactOptional(),
    /** An event's id: only those told before it. Not together with what follows. */
    before: id.exactOptional(),
    /** Only what touched this time; what goes on has no end yet. */
    from: queryTimeMs.exactOptional(),
    to: queryTimeMs.exactOptional(),
    /** By when it was told, the newest first; with a time or `oldest`, by when it started. */
    order: z.enum(['newest', 'oldest']).default('newest'),
  })
  .refine(
    ({ before, from, to, order }) =>
      before === undefined || (from === undefined && to === undefined && order === 'newest'),
    'name either an event that all shall be older than, or a time',
  );
/** As the client writes it. */
export type EventsQuery = z.input<typeof EVENTS_QUERY>;

/** Body of POST /api/cameras/:cameraId/events, with a sensor's token as Bearer. */
export const SENSOR_EVENT = z.strictObject({
  kind: z.literal('motion'),
  /** Instead of the sensor's name. */
  source: shortName.exactOptional(),
});
export type SensorEvent = z.infer<typeof SENSOR_EVENT>;

/** The right of something beside a camera to raise its events. */
export const SENSOR_VIEW = z.strictObject({
  id,
  name: z.string(),
  createdAt: timeMs,
  /** Null if it never raised one. */
  lastEventAt: timeMs.nullable(),
});
export type SensorView = z.infer<typeof SENSOR_VIEW>;

/** The only answer that ever carries a sensor's token. */
export const SENSOR_WITH_TOKEN = SENSOR_VIEW.extend({ token: z.string() });
export type SensorWithToken = z.infer<typeof SENSOR_WITH_TOKEN>;
