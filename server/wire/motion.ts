/** What of a camera's motion counts, as the API shows it. This module imports nothing. */

/** A piece of the picture, drawn by people. */
export interface MotionArea {
  id: string;
  /** As people call it, at most 32 characters. */
  name: string;
  /** 3 … 32 corners, each 0 … 1 from the left and from the top. */
  points: [x: number, y: number][];
}

export interface MotionView {
  /** Whether its pictures are looked at for motion at all. */
  enabled: boolean;
  /** 1 (only what is plain to see) … 100 (a mouse at dusk, and now and then a shadow). */
  sensitivity: number;
  /** Smallest thing that counts, as a share of the whole picture: 0.0005 … 0.5. */
  minArea: number;
  /** Shorter movements do not count: 0 … 10 000 ms. */
  minDurationMs: number;
  /** An event ends after this long without motion: 1 000 … 60 000 ms. */
  quietMs: number;
  /** Where motion counts; none: everywhere. At most 8, and as many masks. */
  zones: MotionArea[];
  /** Where nothing counts. */
  masks: MotionArea[];
  /** Each zone raises events of its own; else one event names all the zones it was in. */
  separateZones: boolean;
}
