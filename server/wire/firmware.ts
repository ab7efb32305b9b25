/** Firmware of cameras: the images, and how far an update is. For administrators. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { FIRMWARE_TARGETS } from './camera-protocol.ts';
import { count, id, timeMs } from './fields.ts';

/** A firmware that was uploaded, ready to be put on cameras. */
export const FIRMWARE_IMAGE_VIEW = z.strictObject({
  id,
  version: z.string(),
  target: z.enum(FIRMWARE_TARGETS),
  bytes: count,
  sha256: z.string().regex(/^[\da-f]{64}$/),
  createdAt: timeMs,
});
export type FirmwareImageView = z.infer<typeof FIRMWARE_IMAGE_VIEW>;

/**
 * How far a camera's update is: `staged` waits for the camera (it is offline, or `reason` says what is in the way),
 * `offered` for its answer, `restarting` for it to come back. The last three are ends.
 */
export const UPDATE_STATE = z.enum([
  'staged',
  'offered',
  'downloading',
  'restarting',
  'done',
  'failed',
  'rolledBack',
]);
export type UpdateState = z.infer<typeof UPDATE_STATE>;

export const UPDATE_VIEW = z.strictObject({
  /** Null when the image was deleted since. */
  imageId: id.nullable(),
  version: z.string(),
  /** What the camera ran before; null when it was not known. */
  fromVersion: z.string().nullable(),
  bytes: count,
  state: UPDATE_STATE,
  receivedBytes: count,
  /** Why it failed, or why it waits; a sentence for people. */
  reason: z.string().nullable(),
  changedAt: timeMs,
});
export type UpdateView = z.infer<typeof UPDATE_VIEW>;

/** A camera's firmware, and what becomes of it. */
export const CAMERA_FIRMWARE_VIEW = z.strictObject({
  cameraId: id,
  /** What it said when it connected last; null if it did not since the server started. So are the next two. */
  firmware: z.string().nullable(),
  board: z.string().nullable(),
  /** One of FIRMWARE_TARGETS, or another. */
  target: z.string().nullable(),
  /** Why it can take no update as it is connected now, a sentence for people; null when it can, or is offline. */
  obstacle: z.string().nullable(),
  /** The last that was staged. */
  update: UPDATE_VIEW.nullable(),
});
export type CameraFirmwareView = z.infer<typeof CAMERA_FIRMWARE_VIEW>;

export const STAGE_UPDATE = z.strictObject({
  imageId: id,
  /** Put it on though it is not newer than what runs. */
  allowOlder: z.boolean().default(false),
});
/** As the client writes it. */
export type StageUpdateRequest = z.input<typeof STAGE_UPDATE>;
