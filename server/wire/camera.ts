/** Cameras as the API and the signaling show them. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { count, id, timeMs } from './fields.ts';

export const CAMERA_KIND = z.enum(['v1', 'seed', 'demo']);
export type CameraKind = z.infer<typeof CAMERA_KIND>;

/**
 * `online`: it is connected and new pictures come. `stalled`: it is connected, but no new picture has come for three times as long
 * as usual. `never`: it was never here. `sleeping` is reserved for cameras that announce it; nothing says so yet.
 */
export const CAMERA_STATUS = z.enum(['online', 'stalled', 'offline', 'never', 'sleeping']);
export type CameraStatus = z.infer<typeof CAMERA_STATUS>;

/** Whether a camera is live, as core/link/camera-liveness.ts decides it. */
export const LIVENESS_VIEW = z.strictObject({
  status: CAMERA_STATUS,
  /** Of `stalled`, when its newest new picture was taken, or it connected without one; null: it was never here. */
  sinceMs: timeMs.nullable(),
  /** When its newest picture was taken; null if there never was one. */
  lastFrameAtMs: timeMs.nullable(),
  /** Without a new picture for longer than this it is not live. */
  staleAfterMs: z.number().min(0),
});
export type LivenessView = z.infer<typeof LIVENESS_VIEW>;

/** What to do about a camera that does not fare well. */
export const CAMERA_ADVICE = z.strictObject({
  /** What programs match on: brownOut, weakWifi, keyRejected … */
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  /** For people. */
  text: z.string(),
});
export type CameraAdvice = z.infer<typeof CAMERA_ADVICE>;

export const CAMERA_VIEW = z.strictObject({
  id,
  name: z.string(),
  kind: CAMERA_KIND,
  ...LIVENESS_VIEW.shape,
  createdAt: timeMs,
  /** For administrators, the worst first; left out when there is none. */
  advice: z.array(CAMERA_ADVICE).exactOptional(),
});
export type CameraView = z.infer<typeof CAMERA_VIEW>;

/** To administrators a key is shown in this answer only: of adding a camera and of rotating its key. */
export const CAMERA_WITH_KEY = CAMERA_VIEW.extend({
  /** 32 bytes, base64url. */
  key: z.string().length(43),
});
export type CameraWithKey = z.infer<typeof CAMERA_WITH_KEY>;

/** What is known of a camera's connection. */
export const CAMERA_CONNECTION = z.strictObject({
  /** It is connected, whether it sends pictures or not. */
  online: z.boolean(),
  /** When its last frame came; null if none came since the server started. */
  lastFrameAt: timeMs.nullable(),
  /** The rest is left out for cameras with the older firmware, which say nothing of themselves. Frames arriving per second. */
  fps: z.number().min(0).exactOptional(),
  framesDropped: count.exactOptional(),
  /** What it said of itself when it connected; null while offline. */
  device: z
    .strictObject({
      firmware: z.string(),
      board: z.string(),
      sensor: z.string(),
      capabilities: z.array(z.string()),
      /** How far apart it says its pictures are, ms. */
      frameIntervalMs: count.exactOptional(),
    })
    .nullable()
    .exactOptional(),
  /** Its connection came over TLS; null while offline. */
  secure: z.boolean().nullable().exactOptional(),
  /** The last it sent, also while offline; null if none came. As TelemetryMessage of camera-protocol.ts. */
  telemetry: z
    .strictObject({
      rssi: z.number(),
      heap: z.number(),
      psram: z.number(),
      fps: z.number(),
      drops: z.number(),
      sendStalls: z.number().exactOptional(),
      resetReason: z.string(),
    })
    .nullable()
    .exactOptional(),
  /** Of the link, the smallest measured; null while offline. */
  roundTripMs: z.number().nullable().exactOptional(),
  /** Frames it may have on their way; null while offline. */
  ackWindow: count.nullable().exactOptional(),
});
export type CameraConnection = z.infer<typeof CAMERA_CONNECTION>;

/** A camera with everything that is known of its connection. */
export const CAMERA_DETAILS = CAMERA_VIEW.extend({
  ...CAMERA_CONNECTION.omit({ lastFrameAt: true }).shape,
});
export type CameraDetails = z.infer<typeof CAMERA_DETAILS>;

/** A code to be typed into a camera instead of id and key; good once. */
export const PAIRING_CODE_VIEW = z.strictObject({
  /** Like `K7QF-3MZP`. */
  code: z.string(),
  expiresAt: timeMs,
});
export type PairingCodeView = z.infer<typeof PAIRING_CODE_VIEW>;

const label = z.string().max(64);
/** Sent by a camera. Fields of newer firmware are passed over. */
export const PAIRING_REQUEST = z.object({
  /** As a person typed it: longer than a code, for people type spaces. */
  code: z.string().min(1).max(32),
  /** What the camera says of itself, for the log. */
  board: label.default(''),
  firmware: label.default(''),
});
export type PairingRequest = z.infer<typeof PAIRING_REQUEST>;

export const PAIRED_CAMERA = z.strictObject({
  cameraId: id,
  /** A new one: 32 bytes, base64url. */
  key: z.string().length(43),
});
export type PairedCamera = z.infer<typeof PAIRED_CAMERA>;
