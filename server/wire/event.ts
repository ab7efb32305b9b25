/** What happened at a camera, as the API and the signaling tell it. Times are ms since the Unix epoch. This module imports nothing. */

/** Who noticed it: a sensor beside the camera, one wired to it, motion in its pictures, or that it is connected no more. */
export type EventSource = 'sensor' | 'camera' | 'motion' | 'connection';

/** Something moved there, or the camera itself was away. */
export type EventKind = 'motion' | 'offline';

/** The signaling tells an event when it starts, when more becomes known of it, and when it ends; its id stays. */
export interface EventView {
  id: string;
  cameraId: string;
  source: EventSource;
  /** Which one of its kind, say the sensor's name: at most 32 characters, empty where there is only one. */
  sourceName: string;
  kind: EventKind;
  startedAtMs: number;
  /** Null while it goes on. Of what has no length, when it started. */
  endedAtMs: number | null;
  /** Names of the zones it was in, as they were called then, in the order it reached them; none where nobody drew any. */
  zones: string[];
  /** Of motion, the largest share of the picture that moved at once, 0 … 1; null where nothing was measured. */
  score: number | null;
  /** There is a small picture of it, at `/api/cameras/CAMERA/events/ID/thumbnail.jpg`; it is made within some seconds. */
  thumbnail: boolean;
}

/** Query of GET /api/events and /api/cameras/:id/events. Times are ms since the Unix epoch. */
export interface EventsQuery {
  /** 1 … 1000 (20). */
  limit?: number;
  kind?: EventKind;
  /** An event's id: only those told before it. Not together with what follows. */
  before?: string;
  /** Only what touched this time; what goes on has no end yet. */
  from?: number;
  to?: number;
  /** By when it was told, the newest first; with a time or `oldest`, by when it started. */
  order?: 'newest' | 'oldest';
}

/** Body of POST /api/cameras/:id/events, with a sensor's token as Bearer. */
export interface SensorEvent {
  kind: 'motion';
  /** Instead of the sensor's name, 1 … 32 characters. */
  source?: string;
}

/** The right of something beside a camera to raise its events. */
export interface SensorView {
  id: string;
  name: string;
  createdAt: number;
  /** Null if it never raised one. */
  lastEventAt: number | null;
}

/** The only answer that ever carries a sensor's token. */
export interface SensorWithToken extends SensorView {
  token: string;
}
