/**
 * Memory for the pictures that programs publish: each call may have one incomplete picture, for as long as its client likes.
 *
 * Invariant: the memory of all of these is bounded, in total and per user; a call may send large messages only once there is
 * room.
 */

import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import { MAX_JPEG_BYTES } from '../wire/camera-protocol.ts';
import type { Admitted } from './call-admission.ts';
import type { ServerStream } from './server-stream.ts';

/** MiB. One user has room for one camera per call, or for a quarter as many with large pictures. */
export const PUBLISH_SHARES = { total: 256, perUser: 96 };
const MIB = 1024 * 1024;
/** Bytes of a message besides its picture. */
const FRAMING_BYTES = 64 * 1024;

export class PublishRoom {
  readonly #shares = new Shares(PUBLISH_SHARES);

  /** Pictures of the usual size. @throws VigieError `tooManyRequests` */
  enter(userId: string, stream: ServerStream<never>, admitted: Admitted): void {
    this.#take(userId, stream, MAX_JPEG_BYTES);
    admitted.allowMessages(MAX_JPEG_BYTES + FRAMING_BYTES);
  }

  /** The camera's pictures, which may be larger. @throws VigieError `tooManyRequests` */
  widen(userId: string, stream: ServerStream<never>, admitted: Admitted, maxJpegBytes: number): void {
    if (maxJpegBytes <= MAX_JPEG_BYTES) return;
    this.#take(userId, stream, maxJpegBytes - MAX_JPEG_BYTES);
    admitted.allowMessages(maxJpegBytes + FRAMING_BYTES);
  }

  #take(userId: string, stream: ServerStream<never>, bytes: number): void {
    const leave = this.#shares.take(userId, Math.ceil(bytes / MIB));
    if (!leave)
      throw new VigieError(
        'tooManyRequests',
        `one user publishes at most ${PUBLISH_SHARES.perUser} MiB of pictures at once: end a call first`,
      );
    stream.onClosed(leave);
  }
}
