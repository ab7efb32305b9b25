/** The JSON of the HTTP API under /api. Errors are problem details (RFC 9457). Times are ms since the Unix epoch. */

import type { FirmwareTarget } from './camera-protocol.ts';

export type Role = 'administrator' | 'viewer';

export interface SessionView {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  user: { id: string; username: string; role: Role };
}

export type CameraKind = 'v1' | 'seed' | 'demo';

export interface CameraView {
  id: string;
  name: string;
  kind: CameraKind;
  status: 'online' | 'offline';
  /** When its last frame came; null if there never was one. */
  lastFrameAt: number | null;
  createdAt: number;
  /** For administrators, the worst first; left out when there is none. */
  advice?: CameraAdvice[];
}

/** What to do about a camera that does not fare well. */
export interface CameraAdvice {
  /** What programs match on: brownOut, weakWifi, keyRejected … */
  code: string;
  severity: 'info' | 'warning' | 'error';
  /** For people. */
  text: string;
}

/** A code to be typed into a camera instead of id and key; good once. */
export interface PairingCodeView {
  /** Like `K7QF-3MZP`. */
  code: string;
  expiresAt: number;
}

/** Body of POST /api/pairing, which asks for no user's token but for TLS. */
export interface PairingRequest {
  /** As a person typed it. */
  code: string;
  /** What the camera says of itself, for the log. */
  board: string;
  firmware: string;
}

export interface PairedCamera {
  cameraId: string;
  /** A new one; 43 characters of base64url, 32 bytes. */
  key: string;
}

/** To administrators a key is shown in this answer only: of adding a camera and of rotating its key. */
export interface CameraWithKey extends CameraView {
  /** 43 characters of base64url, 32 bytes. */
  key: string;
}

export interface UserView {
  id: string;
  username: string;
  role: Role;
  /** Cameras a viewer was given; an administrator sees all and has none listed. */
  cameraIds: string[];
  createdAt: number;
}

/** A firmware that was uploaded, ready to be put on cameras. */
export interface FirmwareImageView {
  id: string;
  version: string;
  target: FirmwareTarget;
  bytes: number;
  /** 64 characters of lower-case hex. */
  sha256: string;
  createdAt: number;
}

/**
 * How far a camera's update is: `staged` waits for the camera (it is offline, or `reason` says what is in the way),
 * `offered` for its answer, `restarting` for it to come back. The last three are ends.
 */
export type UpdateState =
  'staged' | 'offered' | 'downloading' | 'restarting' | 'done' | 'failed' | 'rolledBack';

export interface UpdateView {
  /** Null when the image was deleted since. */
  imageId: string | null;
  version: string;
  /** What the camera ran before; null when it was not known. */
  fromVersion: string | null;
  bytes: number;
  state: UpdateState;
  receivedBytes: number;
  /** Why it failed, or why it waits; a sentence for people. */
  reason: string | null;
  changedAt: number;
}

/** A camera's firmware, and what becomes of it. For administrators. */
export interface CameraFirmwareView {
  cameraId: string;
  /** What it said when it connected last; null if it did not since the server started. So are the next two. */
  firmware: string | null;
  board: string | null;
  /** One of FIRMWARE_TARGETS, or another. */
  target: string | null;
  /** Why it can take no update as it is connected now, a sentence for people; null when it can, or is offline. */
  obstacle: string | null;
  /** The last that was staged. */
  update: UpdateView | null;
}

/** Body of POST /api/cameras/:id/update. */
export interface StageUpdateRequest {
  imageId: string;
  /** Put it on though it is not newer than what runs. */
  allowOlder?: boolean;
}

/** RFC 9457, content type application/problem+json. `code` is one of the codes of server/errors.ts. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

/** A cookie that scripts may read: this browser may have a session. It holds no secret and grants nothing. */
export const SESSION_HINT_COOKIE = 'vigie_session';

/** GET /api/local-authority, without signing in. */
export interface LocalAuthorityView {
  /** Null when the server's certificate comes from elsewhere, or there is none. */
  authority: {
    /** SHA-256 of the certificate, as phones and browsers show it: AB:CD:… */
    fingerprint: string;
    validUntil: number;
  } | null;
}
