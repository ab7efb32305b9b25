/** What happened at a camera, as the API and the signaling tell it. Times are ms since the Unix epoch. This module imports nothing. */

/** Who noticed it: so far, a sensor beside the camera. */
export type EventSource = 'sensor';

export interface EventView {
  id: string;
  cameraId: string;
  source: EventSource;
  /** Which one of its kind, say the sensor's name. */
  sourceName: string;
  /** What it was: `motion`. */
  kind: string;
  startedAtMs: number;
  /** Null for what has no length, or has not ended. */
  endedAtMs: number | null;
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
