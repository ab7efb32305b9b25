/** The part of accounts and cameras that signaling uses; main connects them. */

import type { CameraView } from '../wire/camera.ts';
import type { IceServer } from '../wire/signaling.ts';

/** The user that an access token stands for. */
export interface ViewerIdentity {
  userId: string;
  /** The sign-in that issued the token: signing out closes its sockets. */
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
