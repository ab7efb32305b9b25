/**
 * All WHEP sessions. They count against the same shares and capacity as the viewers of signaling.
 *
 * Invariant: a session is visible only to the sign-in or API key that created it.
 */

import { VigieError } from '../errors.ts';
import type { Capacity } from '../core/capacity.ts';
import type { Clock } from '../core/clock.ts';
import type { OfferedMediaServer } from '../core/media-server.ts';
import type { TransportQuota } from '../core/transport-quota.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import { keyDetails } from '../core/grant.ts';
import { ViewerAllowance, type ViewerAllowanceOptions } from '../core/viewer-allowance.ts';
import type { Offer } from './sdp-offer.ts';
import { WhepSession } from './whep-session.ts';

export interface WhepSessionsOptions {
  sfu: OfferedMediaServer;
  frames: Pick<CameraFrames, 'isOff'>;
  capacity: Capacity;
  transportQuota: TransportQuota;
  clock: Clock;
  onStream?: ViewerAllowanceOptions['onStream'];
}

/** The caller that opens a session, and its address. */
export interface WhepViewer {
  userId: string;
  /** The sign-in or API key. */
  sessionId: string;
  /** The name of the API key; undefined: in person. */
  keyName?: string | undefined;
  address: string;
  device: string | undefined;
}

const SWITCHED_OFF_RETRY_SECONDS = 30;

export class WhepSessions {
  readonly #options: WhepSessionsOptions;
  readonly #sessions = new Map<string, WhepSession>();

  constructor(options: WhepSessionsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#sessions.size;
  }

  /** The caller has checked the right to the camera. @throws VigieError `conflict`, `full`, `tooManyRequests`, `unavailable` */
  add(viewer: WhepViewer, cameraId: string, offer: Offer): WhepSession {
    const { sfu, frames, clock } = this.#options;
    if (frames.isOff?.(cameraId)) throw switchedOffNow();
    const session = new WhepSession({
      sfu,
      clock,
      allowance: this.#allowanceOf(viewer),
      cameraId,
      ownerId: viewer.sessionId,
      viewerAddress: viewer.address,
      offer,
    });
    this.#sessions.set(session.id, session);
    session.onEnd(() => void this.#sessions.delete(session.id));
    return session;
  }

  /** @throws VigieError `notFound`, also for another caller's session */
  find(id: string, cameraId: string, ownerId: string): WhepSession {
    const session = this.#sessions.get(id);
    if (session?.cameraId !== cameraId || session.ownerId !== ownerId)
      throw new VigieError(
        'notFound',
        'there is no such WHEP session: it has ended, or belongs to another caller',
      );
    return session;
  }

  /** Idempotent. */
  close(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  #allowanceOf({ address, device, ...viewer }: WhepViewer): ViewerAllowance {
    const { capacity, transportQuota, clock, onStream } = this.#options;
    const allowance = new ViewerAllowance({
      capacity,
      transportQuota,
      clock,
      viewerAddress: address,
      viewerDevice: device,
      onStream,
    });
    allowance.signIn({ userId: viewer.userId, details: keyDetails(viewer) });
    return allowance;
  }
}

/** With the draft's status for a stream that is not there now: clients try again. */
export function switchedOffNow(): VigieError {
  return new VigieError(
    'conflict',
    'this camera is switched off; a user with the right to control it can switch it on',
    { retryAfterSeconds: SWITCHED_OFF_RETRY_SECONDS },
  );
}
