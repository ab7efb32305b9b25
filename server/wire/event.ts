/** Events of a camera in the API and the signaling. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { DETECTION_LABEL } from './detection.ts';
import { count, cursor, id, queryTimeMs, shortName, timeMs } from './fields.ts';

/**
 * The source of the event: a sensor beside the camera, one wired to it, motion in its pictures, the connection watch,
 * the privacy switch, or an analyser of its pictures.
 */
export const EVENT_SOURCE = z.enum(['sensor', 'camera', 'motion', 'connection', 'switch', 'analyser']);
export type EventSource = z.infer<typeof EVENT_SOURCE>;

/** Motion, or the camera was offline, or switched off, or an analyser has detected an object. */
export const EVENT_KIND = z.enum(['motion', 'offline', 'off', 'detection']);
export type EventKind = z.infer<typeof EVENT_KIND>;

/** The signaling sends an event when it starts, when more becomes known, and when it ends; its id stays the same. */
export const EVENT_VIEW = z.strictObject({
  id,
  cameraId: id,
  source: EVENT_SOURCE,
  /** Which sensor: its name; of the switch, who used it; of an analyser, its name; empty where there is only one source. */
  sourceName: z.string(),
  kind: EVENT_KIND,
  /** The detected object, such as `person`, in lower case; empty for every other kind. */
  label: z.string(),
  startedAtMs: timeMs,
  /** Null while it continues. Equal to the start for an event without a duration. */
  endedAtMs: timeMs.nullable(),
  /** Names of the zones with motion, or of those an object was in, in the order it reached them; empty without zones. */
  zones: z.array(z.string()),
  /**
   * For motion, the largest share of the picture that moved at once; for a detection, the best score; 0 … 1, null when
   * not measured.
   */
  score: z.number().nullable(),
  /** A thumbnail exists at `/api/cameras/CAMERA/events/ID/thumbnail.jpg`; it is made within some seconds. */
  thumbnail: z.boolean(),
  /** Number of its thumbnails so far: for a detection, a better one replaces the previous one. 0: none. */
  thumbnailVersion: count,
});
export type EventView = z.infer<typeof EVENT_VIEW>;

/** `version`, from the event, gives a better picture a new address; the response is always the newest one. */
export const THUMBNAIL_QUERY = z.strictObject({
  version: z.coerce.number<number>().int().min(0).exactOptional(),
});

/** Query of GET /api/events and /api/cameras/:cameraId/events. */
export const EVENTS_QUERY = z
  .strictObject({
    limit: z.coerce.number<number>().int().min(1).max(1000).default(20),
    kind: EVENT_KIND.exactOptional(),
    /** Only detections with this label. */
    label: DETECTION_LABEL.exactOptional(),
    /** An event's id: only events stored before it. Not combined with the times below. */
    before: id.exactOptional(),
    cursor: cursor.exactOptional(),
    /** Only events that overlap this time; a continuing event has no end yet. */
    from: queryTimeMs.exactOptional(),
    to: queryTimeMs.exactOptional(),
    /** Sorted by storing, the newest first; with a time or `oldest`, by start. */
    order: z.enum(['newest', 'oldest']).default('newest'),
  })
  .refine(
    ({ before, cursor: after, from, to, order }) =>
      before === undefined ||
      (after === undefined && from === undefined && to === undefined && order === 'newest'),
    'name either an event as the limit, or a cursor, or a time',
  );
/** As the client sends it. */
export type EventsQuery = z.input<typeof EVENTS_QUERY>;

/** Body of POST /api/cameras/:cameraId/events, with a sensor's token as Bearer. */
export const SENSOR_EVENT = z.strictObject({
  kind: z.literal('motion'),
  /** Replaces the sensor's name. */
  source: shortName.exactOptional(),
});
export type SensorEvent = z.infer<typeof SENSOR_EVENT>;

/** The right of a device beside the camera to raise events. */
export const SENSOR_VIEW = z.strictObject({
  id,
  name: z.string(),
  createdAtMs: timeMs,
  /** Null before its first event. */
  lastEventAtMs: timeMs.nullable(),
});
export type SensorView = z.infer<typeof SENSOR_VIEW>;

/** The only answer with a sensor's token. */
export const SENSOR_WITH_TOKEN = SENSOR_VIEW.extend({ token: z.string() });
export type SensorWithToken = z.infer<typeof SENSOR_WITH_TOKEN>;
