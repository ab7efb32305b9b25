/**
 * Camera ingest, protocol v1: the JSON messages, limits and the handshake transcript that camera and server share.
 *
 * Text messages are JSON, binary messages are frames (see frame-header.ts). This module imports types only, so that the
 * server, the virtual camera and the tests read the same contract.
 */

import type { CameraSettings } from './camera-settings.ts';

export const CAMERA_PATH = '/camera';
export const CAMERA_SUBPROTOCOL = 'vigie.camera.v1';

/** Largest JPEG a camera may send, in bytes. */
export const MAX_JPEG_BYTES = 1024 * 1024;
/** Largest picture a camera may send, in pixels (the OV5640's full frame), portrait or landscape. */
export const MAX_FRAME_WIDTH = 2592;
export const MAX_FRAME_HEIGHT = 1944;
/** The same for a camera that an administrator allows large pictures, and for every WebSocket message. */
export const MAX_LARGE_JPEG_BYTES = 4 * 1024 * 1024;
export const MAX_LARGE_FRAME_WIDTH = 4096;
export const MAX_LARGE_FRAME_HEIGHT = 3072;
/** Largest text message, before and after the welcome, in bytes. */
export const MAX_CONTROL_BYTES = 4096;
/** The whole handshake, from accept to welcome, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** A camera without an acknowledgement for this long reconnects; a server without any message for this long closes. */
export const SILENCE_TIMEOUT_MS = 5_000;
export const TIME_SYNC_INTERVAL_MS = 10_000;
export const TELEMETRY_INTERVAL_MS = 5_000;
/** The slowest supported camera takes one picture a week. */
export const MAX_FRAME_INTERVAL_MS = 7 * 24 * 3_600_000;
/** A frame that takes longer than this to hand to the network counts as a stall, in milliseconds. */
export const SEND_STALL_MS = 500;
/** Largest firmware image, limited by the firmware slots, in bytes. */
export const MAX_FIRMWARE_BYTES = 4 * 1024 * 1024;
/** Images are fetched from `/firmware/IMAGE_ID`, beside the path the camera is connected to. */
export const FIRMWARE_PATH = '/firmware';
/** How long the token of an offer is valid, in milliseconds. */
export const FIRMWARE_TOKEN_LIFETIME_MS = 10 * 60_000;
/** Random bytes in a nonce and in a camera key. */
export const NONCE_BYTES = 32;
export const CAMERA_KEY_BYTES = 32;

/** Reasons for closing a camera's WebSocket, in the private range of RFC 6455 section 7.4.2. */
export const CAMERA_CLOSE = {
  handshakeTimeout: 4000,
  unauthorized: 4001,
  badMessage: 4002,
  badFrame: 4003,
  tooLarge: 4004,
  replaced: 4005,
  silent: 4006,
  removed: 4007,
  keyRotated: 4008,
  serverStopping: 4009,
} as const;

/** Targets that firmware is built for: two chips, and Linux. */
export const FIRMWARE_TARGETS = ['esp32', 'esp32s3', 'host'] as const;
export type FirmwareTarget = (typeof FIRMWARE_TARGETS)[number];
/** Capability of a camera that takes updates: it has two slots and is connected by verified wss:. */
export const OTA_CAPABILITY = 'ota';
/** Capability, in the hello, of a camera with its own motion sensor. */
export const MOTION_CAPABILITY = 'motion';

export interface ChallengeMessage {
  type: 'challenge';
  /** 32 random bytes, base64url without padding. */
  nonce: string;
}

export interface HelloMessage {
  type: 'hello';
  cameraId: string;
  nonce: string;
  /** Lower-case hex, role `camera`. */
  hmac: string;
  firmware: string;
  board: string;
  sensor: string;
  capabilities: string[];
  /** Target of its firmware: one of FIRMWARE_TARGETS, or one that this server does not know yet. */
  target?: string;
  /** The last version that was tried and rolled back. */
  rolledBackFrom?: string;
  /**
   * Intended time between two pictures, in milliseconds, 1 … MAX_FRAME_INTERVAL_MS: from a camera that takes less than one a
   * second, which would otherwise count as stalled.
   */
  frameIntervalMs?: number;
  /** The settings of these that the camera has stored, so that a server that lowers them can restore them. */
  settings?: Pick<CameraSettings, 'frameSize' | 'jpegQuality' | 'maxFps'>;
}

export interface WelcomeMessage {
  type: 'welcome';
  /** Lower-case hex, role `server`; the camera checks it before it sends a frame. */
  hmac: string;
  settings: CameraSettings & {
    /** Frames the camera may have unacknowledged, 1 … 8. */
    ackWindow: number;
    /** See SetMessage. */
    temporary?: true;
  };
}

export interface AckMessage {
  type: 'ack';
  /** Cumulative: every frame up to and including this sequence number has arrived. */
  sequence: number;
}

export interface TimeRequest {
  type: 'time';
  id: number;
  /** The camera's monotonic clock at the request, in µs. */
  t0: number;
  /**
   * When the answer to an earlier request arrived, on the camera's clock: only the camera knows it, and it completes
   * that exchange for the server. Absent in the first request. With a few requests in a row at the start of the
   * connection, the server knows the offset within the first seconds.
   */
  answered?: { id: number; t3: number };
}

export interface TimeResponse {
  type: 'time';
  id: number;
  t0: number;
  /** The server's clock at receipt and at sending, in µs since the Unix epoch. */
  t1: number;
  t2: number;
}

export interface SetMessage extends CameraSettings {
  type: 'set';
  id: number;
  ackWindow?: number;
  /** `frameSize`, `jpegQuality` and `maxFps` apply until the next message or a restart of the camera: it must not store them. */
  temporary?: true;
}

export interface RebootMessage {
  type: 'reboot';
  id: number;
}

/**
 * Offers a firmware image. Sent over TLS only, because an attacker who could modify it would control the camera. The
 * camera answers `applied` when it has begun, or `rejected`.
 */
export interface OtaMessage {
  type: 'ota';
  id: number;
  version: string;
  /**
   * An absolute path, resolved against the scheme, host and port the camera is connected to, so it cannot name another
   * host. Fetched by GET with `Authorization: Bearer TOKEN`; the answer has a Content-Length.
   */
  url: string;
  /** 1 … MAX_FIRMWARE_BYTES. */
  bytes: number;
  /** 64 characters of lower-case hex. */
  sha256: string;
  /** Valid for one download of this image by this camera, within FIRMWARE_TOKEN_LIFETIME_MS. */
  token: string;
  /** Set when an administrator insists on a version that is not newer than the current one. */
  allowOlder?: true;
}

export interface AppliedMessage {
  type: 'applied';
  id: number;
}

export interface RejectedMessage {
  type: 'rejected';
  id: number;
  reason: string;
}

export interface TelemetryMessage {
  type: 'telemetry';
  /** Signal strength in dBm. */
  rssi: number;
  /** Free heap and PSRAM in bytes. */
  heap: number;
  psram: number;
  fps: number;
  /** Frames dropped since the connection began. */
  drops: number;
  /** Frames since the connection began that took longer than SEND_STALL_MS to hand to the network. */
  sendStalls?: number;
  /** Why the camera last started: power-on, brown-out, panic, watchdog, software … */
  resetReason: string;
}

/**
 * The state of the camera's motion sensor has changed. Also sent after the welcome when the sensor is active then; only
 * by cameras with the capability MOTION_CAPABILITY.
 */
export interface MotionMessage {
  type: 'motion';
  active: boolean;
}

/** At most once a second during the download; frames may pause. */
export interface OtaProgressMessage {
  type: 'otaProgress';
  /** Id of the offer. */
  id: number;
  receivedBytes: number;
}

/** The camera restarts into the new firmware, or keeps the old one and gives the reason. */
export type OtaResultMessage =
  { type: 'otaResult'; id: number; ok: true } | { type: 'otaResult'; id: number; ok: false; reason: string };

export type ServerToCamera =
  ChallengeMessage | WelcomeMessage | AckMessage | TimeResponse | SetMessage | RebootMessage | OtaMessage;

export type CameraToServer =
  | HelloMessage
  | TimeRequest
  | AppliedMessage
  | RejectedMessage
  | TelemetryMessage
  | MotionMessage
  | OtaProgressMessage
  | OtaResultMessage;

export type HandshakeRole = 'camera' | 'server';

/**
 * The bytes both sides authenticate: `"vigie.camera.v1 " + role + 0x00 + u8 length(cameraId) + cameraId + serverNonce +
 * cameraNonce`. The role makes an echoed proof invalid; the length separates the id from the nonces.
 *
 * @param cameraId 1 … 255 bytes of UTF-8
 * @throws RangeError when the id or a nonce has another length
 */
export function handshakeTranscript(
  role: HandshakeRole,
  cameraId: string,
  serverNonce: Uint8Array,
  cameraNonce: Uint8Array,
): Uint8Array {
  const encoder = new TextEncoder();
  const prefix = encoder.encode(`${CAMERA_SUBPROTOCOL} ${role}\0`);
  const id = encoder.encode(cameraId);
  if (id.length < 1 || id.length > 255) throw new RangeError('cameraId must be 1 to 255 bytes');
  if (serverNonce.length !== NONCE_BYTES || cameraNonce.length !== NONCE_BYTES) {
    throw new RangeError(`nonces must be ${NONCE_BYTES} bytes`);
  }
  const transcript = new Uint8Array(prefix.length + 1 + id.length + 2 * NONCE_BYTES);
  transcript.set(prefix);
  transcript[prefix.length] = id.length;
  transcript.set(id, prefix.length + 1);
  transcript.set(serverNonce, prefix.length + 1 + id.length);
  transcript.set(cameraNonce, prefix.length + 1 + id.length + NONCE_BYTES);
  return transcript;
}
