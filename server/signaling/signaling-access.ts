/** The part of accounts and cameras that signaling uses. */

import type { Holder } from '../core/grant.ts';
import type { CameraView } from '../wire/camera.ts';
import type { Right } from '../wire/rights.ts';
import type { IceServer } from '../wire/signaling.ts';

/** An authenticated caller: a user in person, by an access token, or a program, by an API key. */
export interface ViewerIdentity extends Holder {
  /** The sign-in that issued the token, or the key: its end closes its sockets. */
  sessionId: string;
  /** ms since the Unix epoch. Infinity: never, of a key. */
  expiresAtMs: number;
  /** The key's; undefined: in person. */
  keyName?: string | undefined;
}

export interface SignalingAccess {
  /**
   * @param credential an access token or an API key; a key counts as one request of it
   * @throws VigieError `unauthorized`, `tooManyRequests`
   */
  identify(credential: string, address: string): ViewerIdentity;
  /** A request on the socket of a key counts as one of the key. @throws VigieError `tooManyRequests` */
  countRequest(keyId: string, address: string): void;
  camerasOf(holder: Holder): CameraView[];
  may(holder: Holder, right: Right, cameraId: string): boolean;
  /** None: the camera's existence is hidden from this holder. */
  rightsTo(holder: Holder, cameraId: string): readonly Right[];
  /** @throws VigieError `notFound`, `forbidden` */
  assertMay(holder: Holder, right: Right, cameraId: string): void;
  isAdministrator(holder: Holder): boolean;
  iceServersFor(userId: string): IceServer[];
}
