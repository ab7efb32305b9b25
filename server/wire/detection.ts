/**
 * Detections: boxes around objects in a camera's picture, reported by an analyser, which is any program. Several reports of one
 * object are one event of the kind `detection` (event.ts).
 */

import { z } from 'zod';
import { id, shortName } from './fields.ts';

/** Boxes of one report. */
export const MAX_BOXES = 64;

/**
 * The kind of an object, as the analyser names it, such as `person`; in lower case, so that the labels of two analysers match.
 */
export const DETECTION_LABEL = shortName.overwrite((text) => text.toLowerCase());

/** Labels that a rule applies to; empty: all. */
export const DETECTION_LABELS = z.array(DETECTION_LABEL).max(16);

/** Share of the picture's width or height, from the left or the top. */
const share = z.number().min(0).max(1);
/** A smaller box is not an object. */
const extent = z.number().min(0.001).max(1);

/** The part of a box that lies outside of the picture is cut off. */
export const DETECTED_BOX = z.strictObject({
  label: DETECTION_LABEL,
  /** Confidence of the analyser, 0 … 1. */
  score: z.number().min(0).max(1),
  x: share,
  y: share,
  width: extent,
  height: extent,
});
export type DetectedBox = z.output<typeof DETECTED_BOX>;

/** Body of POST /api/cameras/:cameraId/detections: all objects in one picture; without boxes, there is none. */
export const DETECTION_REPORT = z.strictObject({
  /** When the picture was captured, ms since the Unix epoch on the server's clock, as its `X-Timestamp` says in seconds. */
  capturedAtMs: z.number().min(0).max(8.64e15),
  boxes: z.array(DETECTED_BOX).max(MAX_BOXES),
});
export type DetectionReport = z.output<typeof DETECTION_REPORT>;

export const DETECTION_RECEIPT = z.strictObject({
  /** One for each box, in their order: the event it belongs to; null while there is none. */
  objects: z.array(z.strictObject({ eventId: id.nullable() })),
});
export type DetectionReceipt = z.infer<typeof DETECTION_RECEIPT>;

/** The boxes over the live picture. */
export interface LiveDetections {
  cameraId: string;
  /** Name of the analyser. */
  analyser: string;
  /** When the picture was captured, µs of server time, the clock of the frames. */
  captureUs: number;
  boxes: DetectedBox[];
}
