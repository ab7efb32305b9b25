/** The JSON of the HTTP API under /api. Errors are problem details (RFC 9457). Times are ms since the Unix epoch. */

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
}

/** The only answer that ever carries a key: of adding a camera and of rotating its key. */
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

/** RFC 9457, content type application/problem+json. `code` is one of the codes of server/errors.ts. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}
