/** The part of accounts and cameras that signaling uses; main connects them. */

import type { CameraView } from '../wire/camera.ts';
import type { Right } from '../wire/rights.ts';
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
  may(userId: string, right: Right, cameraId: string): boolean;
  /** None: the camera's existence is hidden from this user. */
  rightsTo(userId: string, cameraId: string): readonly Right[];
  /** @throws VigieError `notFound`, `forbidden` */
  assertMay(userId: string, right: Right, cameraId: string): void;
  isAdministrator(userId: string): boolean;
  iceServersFor(userId: string): IceServer[];
}
