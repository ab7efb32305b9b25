/** Firmware of cameras: images and updates. For administrators. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { FIRMWARE_TARGETS } from './camera-protocol.ts';
import { count, id, timeMs } from './fields.ts';

/** An uploaded firmware image. */
export const FIRMWARE_IMAGE_VIEW = z.strictObject({
  id,
  version: z.string(),
  target: z.enum(FIRMWARE_TARGETS),
  bytes: count,
  sha256: z.string().regex(/^[\da-f]{64}$/),
  createdAtMs: timeMs,
});
export type FirmwareImageView = z.infer<typeof FIRMWARE_IMAGE_VIEW>;

/**
 * Progress of a camera's update: `staged` waits for the camera (it is offline, or `reason` names the obstacle),
 * `offered` for its answer, `restarting` for its return. The last three are final.
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
  /** Null when the image has been deleted. */
  imageId: id.nullable(),
  version: z.string(),
  /** Version before the update; null when unknown. */
  fromVersion: z.string().nullable(),
  bytes: count,
  state: UPDATE_STATE,
  receivedBytes: count,
  /** Why it failed or waits, as a sentence for people. */
  reason: z.string().nullable(),
  changedAtMs: timeMs,
});
export type UpdateView = z.infer<typeof UPDATE_VIEW>;

/** A camera's firmware and its update. */
export const CAMERA_FIRMWARE_VIEW = z.strictObject({
  cameraId: id,
  /**
   * Reported at its last connection; null if it has not connected since the server started. The same for the next two.
   */
  firmware: z.string().nullable(),
  board: z.string().nullable(),
  /** One of FIRMWARE_TARGETS, or another. */
  target: z.string().nullable(),
  /**
   * Why it cannot take an update over its current connection, as a sentence for people; null when it can, or is
   * offline.
   */
  obstacle: z.string().nullable(),
  /** The latest staged update. */
  update: UPDATE_VIEW.nullable(),
});
export type CameraFirmwareView = z.infer<typeof CAMERA_FIRMWARE_VIEW>;

export const STAGE_UPDATE = z.strictObject({
  imageId: id,
  /** Install it even when it is not newer than the current version. */
  allowOlder: z.boolean().default(false),
});
/** As the client sends it. */
export type StageUpdateRequest = z.input<typeof STAGE_UPDATE>;
