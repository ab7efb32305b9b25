/**
 * WebRTC transports per user, across all pages, devices and programs. A handshake is the most expensive computation a viewer can
 * cause at once, on the thread that sends all video.
 *
 * Invariant: at most TRANSPORT_SHARES.perUser are open, and new ones come at TRANSPORTS_PER_SECOND after a burst of as
 * many.
 */

import { Shares } from './shares.ts';
import { TokenBucket } from './token-bucket.ts';
import { VigieError } from '../errors.ts';

/** As many as the SFU has; of one user two for each page it may have open: the current one and its successor. */
export const TRANSPORT_SHARES = { total: 1000, perUser: 80 };
const TRANSPORTS_PER_SECOND = 4;

export class TransportQuota {
  readonly #open = new Shares(TRANSPORT_SHARES);
  /** As many entries as there are accounts. */
  readonly #rates = new Map<string, TokenBucket>();

  /** @returns releases the transport; idempotent @throws VigieError `tooManyRequests` */
  take(userId: string, nowUs: number): () => void {
    const rate =
      this.#rates.get(userId) ?? new TokenBucket(TRANSPORTS_PER_SECOND, TRANSPORT_SHARES.perUser, nowUs);
    this.#rates.set(userId, rate);
    const giveBack = this.#open.take(userId);
    if (!giveBack)
      throw new VigieError(
        'tooManyRequests',
        `one user has at most ${TRANSPORT_SHARES.perUser} video connections, and fewer while there are many viewers: close a page that shows video`,
      );
    if (rate.take(nowUs)) return giveBack;
    giveBack();
    throw new VigieError('tooManyRequests', 'too many new video connections of this user: try again later', {
      retryAfterSeconds: 1,
    });
  }
}
