/** Cameras as the API and the signaling show them. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { FRAME_SIZES, type FrameSizeName } from './camera-settings.ts';
import { OFF_VIEW } from './camera-switch.ts';
import { count, id, timeMs } from './fields.ts';
import { RIGHTS } from './rights.ts';

export const CAMERA_KIND = z.enum(['v1', 'seed', 'demo']);
export type CameraKind = z.infer<typeof CAMERA_KIND>;

/**
 * `online`: it is connected and new pictures come. `stalled`: it is connected, but no new picture has come for three times as
 * long as usual. `never`: it never connected. `sleeping` is reserved for cameras that announce it; none does yet. `off`: it is
 * switched off for privacy (camera-switch.ts), connected or not; its pictures are dropped.
 */
export const CAMERA_STATUS = z.enum(['online', 'stalled', 'offline', 'never', 'sleeping', 'off']);
export type CameraStatus = z.infer<typeof CAMERA_STATUS>;

/** Whether a camera is live, as core/link/camera-liveness.ts decides it. */
export const LIVENESS_VIEW = z.strictObject({
  status: CAMERA_STATUS,
  /**
   * Start of the state; for `stalled`, when its last new picture was taken, or when it connected without one; null: never
   * connected.
   */
  sinceMs: timeMs.nullable(),
  /** When its newest picture was taken; null if there never was one. */
  lastFrameAtMs: timeMs.nullable(),
  /** Without a new picture for longer than this it is not live. */
  staleAfterMs: z.number().min(0),
});
export type LivenessView = z.infer<typeof LIVENESS_VIEW>;

/** Advice about a camera that has problems. */
export const CAMERA_ADVICE = z.strictObject({
  /** For programs: brownOut, weakWifi, keyRejected … */
  code: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  /** For people. */
  text: z.string(),
  /** Since when, if it is known. */
  sinceMs: timeMs.exactOptional(),
});
export type CameraAdvice = z.infer<typeof CAMERA_ADVICE>;

export const CAMERA_VIEW = z.strictObject({
  id,
  name: z.string(),
  kind: CAMERA_KIND,
  ...LIVENESS_VIEW.shape,
  createdAtMs: timeMs,
  /** The caller's rights to it. */
  rights: z.array(z.enum(RIGHTS)),
  /** Missing while the camera is switched on. */
  off: OFF_VIEW.exactOptional(),
  /** For administrators, worst first; missing when there is none. */
  advice: z.array(CAMERA_ADVICE).exactOptional(),
});
export type CameraView = z.infer<typeof CAMERA_VIEW>;

/** The only answers with a key: adding a camera and rotating its key, for administrators. */
export const CAMERA_WITH_KEY = CAMERA_VIEW.extend({
  /** 32 bytes, base64url. */
  key: z.string().length(43),
});
export type CameraWithKey = z.infer<typeof CAMERA_WITH_KEY>;

/** Settings that decide how many bits a camera sends. */
export const UPLINK_SETTINGS = z.strictObject({
  frameSize: z.enum(Object.keys(FRAME_SIZES) as [FrameSizeName]).exactOptional(),
  jpegQuality: z.int().min(4).max(63).exactOptional(),
  maxFps: z.int().min(1).max(60).exactOptional(),
});

/** State of a camera's connection. */
export const CAMERA_CONNECTION = z.strictObject({
  /** It is connected, whether it sends pictures or not. */
  online: z.boolean(),
  /** Time of its last frame; null if none came since the server started. */
  lastFrameAtMs: timeMs.nullable(),
  /**
   * This and all below are absent for cameras with the older firmware, which send no data about themselves. Frames per
   * second.
   */
  fps: z.number().min(0).exactOptional(),
  framesDropped: count.exactOptional(),
  /** Frames that had to be corrected: bytes outside the picture, Huffman tables, EXIF. */
  framesMended: count.exactOptional(),
  /** Sent by the camera when it connected; null while offline. */
  device: z
    .strictObject({
      firmware: z.string(),
      board: z.string(),
      sensor: z.string(),
      capabilities: z.array(z.string()),
      /** Time between two pictures as reported by the camera, ms. */
      frameIntervalMs: count.exactOptional(),
    })
    .nullable()
    .exactOptional(),
  /** Its connection uses TLS; null while offline. */
  secure: z.boolean().nullable().exactOptional(),
  /** The latest telemetry, also while offline; null if none came. Like TelemetryMessage of camera-protocol.ts. */
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
  /** The smallest measured round trip of the link; null while offline. */
  roundTripMs: z.number().nullable().exactOptional(),
  /** Frames it may have unacknowledged; null while offline. */
  ackWindow: count.nullable().exactOptional(),
  /** How its picture settings fit its uplink; null while offline, missing if they cannot be changed. */
  uplink: z
    .strictObject({
      /** Whether they are lowered while the connection does not carry them. */
      adapts: z.boolean(),
      wanted: UPLINK_SETTINGS,
      /** Its present settings: the same, or lowered. */
      set: UPLINK_SETTINGS,
      /** Null while they are the same. */
      loweredSinceMs: timeMs.nullable(),
      /**
       * Capacity of the line, bit/s, and the transfer time that nine of ten frames do not exceed, ms; null while it is not
       * measured.
       */
      carriesBps: count.nullable(),
      transitMs: count.nullable(),
    })
    .nullable()
    .exactOptional(),
});
export type CameraConnectionView = z.infer<typeof CAMERA_CONNECTION>;

/** `violation`: a message that violates the camera protocol; it ends the connection. The others lose only the frame. */
export const REFUSAL_KINDS = ['damaged', 'tooLarge', 'tooFast', 'undecodable', 'violation'] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** Frames of a camera that were refused since the server started. */
export const CAMERA_REFUSALS = z.strictObject({
  counts: z.strictObject({
    damaged: count,
    tooLarge: count,
    tooFast: count,
    undecodable: count,
    violation: count,
  } satisfies Record<RefusalKind, z.ZodType>),
  last: z.strictObject({ kind: z.enum(REFUSAL_KINDS), detail: z.string(), atMs: timeMs }).nullable(),
});
export type CameraRefusals = z.infer<typeof CAMERA_REFUSALS>;

/** A device that tried to connect as a camera, and was refused. */
export const REFUSED_ATTEMPT = z.strictObject({ atMs: timeMs, address: z.string() });
export type RefusedAttempt = z.infer<typeof REFUSED_ATTEMPT>;

/** The newest of each kind since the server started; null: none. */
export const CAMERA_ATTEMPTS = z.strictObject({
  /** With the camera's id and a wrong key, since it last connected. */
  wrongKey: REFUSED_ATTEMPT.nullable(),
  /** With an id that no camera has: this one's, perhaps, with a mistake in it. */
  unknownId: REFUSED_ATTEMPT.nullable(),
});
export type CameraAttempts = z.infer<typeof CAMERA_ATTEMPTS>;

/** A camera with the state of its connection. */
export const CAMERA_DETAILS = CAMERA_VIEW.extend({
  ...CAMERA_CONNECTION.omit({ lastFrameAtMs: true }).shape,
  /** For administrators. */
  refusals: CAMERA_REFUSALS.exactOptional(),
  /** For administrators: who tried to connect as this camera. */
  attempts: CAMERA_ATTEMPTS.exactOptional(),
});
export type CameraDetails = z.infer<typeof CAMERA_DETAILS>;

/** A code to type into a camera instead of id and key; works once. */
export const PAIRING_CODE_VIEW = z.strictObject({
  /** Like `K7QF-3MZP`. */
  code: z.string(),
  expiresAtMs: timeMs,
});
export type PairingCodeView = z.infer<typeof PAIRING_CODE_VIEW>;

const label = z.string().max(64);
/** Sent by a camera. Unknown fields of newer firmware are ignored. */
export const PAIRING_REQUEST = z.object({
  /** As typed: longer than a code, because users type spaces. */
  code: z.string().min(1).max(32),
  /** Reported by the camera, for the log. */
  board: label.default(''),
  firmware: label.default(''),
});
export type PairingRequest = z.infer<typeof PAIRING_REQUEST>;

export const PAIRED_CAMERA = z.strictObject({
  cameraId: id,
  /** A new key: 32 bytes, base64url. */
  key: z.string().length(43),
});
export type PairedCamera = z.infer<typeof PAIRED_CAMERA>;
