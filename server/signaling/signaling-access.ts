/** Accounts and cameras, as signaling asks them; main connects them. */

import type { CameraView } from '../wire/camera.ts';
import type { IceServer } from '../wire/signaling.ts';

/** Whom an access token speaks for. */
export interface ViewerIdentity {
  userId: string;
  /** The sign-in this token descends from: signing out ends its sockets. */
  sessionId: string;
  /** ms since the Unix epoch. */
  expiresAtMs: number;
}

export interface SignalingAccess {
  /** @throws VigieError `unauthorized` */
  identify(token: string): ViewerIdentity;
  camerasOf(userId: string): CameraView[];
  mayWatch(userId: string, cameraId: string): boolean;
  isAdministrator(userId: string): boolean;
  iceServersFor(userId: string): IceServer[];
}
