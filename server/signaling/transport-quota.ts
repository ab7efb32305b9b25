/**
 * Number of WebRTC transports per user, across all pages and devices. A handshake is the most expensive computation a
 * viewer can cause at once, on the thread that sends all video.
 *
 * Invariant: at most MAX_TRANSPORTS_PER_USER are open, and new ones come at TRANSPORTS_PER_SECOND after a burst of as
 * many.
 */

import { TokenBucket } from '../core/token-bucket.ts';
import { VigieError } from '../errors.ts';

/** Two for each page that one user may have open: the current one and its successor. */
export const MAX_TRANSPORTS_PER_USER = 80;
const TRANSPORTS_PER_SECOND = 4;

interface Usage {
  open: number;
  rate: TokenBucket;
}

export class TransportQuota {
  /** As many entries as there are accounts. */
  readonly #usages = new Map<string, Usage>();

  /** @returns releases the transport; idempotent @throws VigieError `tooManyRequests` */
  take(userId: string, nowUs: number): () => void {
    const usage = this.#usages.get(userId) ?? {
      open: 0,
      rate: new TokenBucket(TRANSPORTS_PER_SECOND, MAX_TRANSPORTS_PER_USER, nowUs),
    };
    this.#usages.set(userId, usage);
    if (usage.open >= MAX_TRANSPORTS_PER_USER)
      throw new VigieError(
        'tooManyRequests',
        `one user has at most ${MAX_TRANSPORTS_PER_USER} video connections: close a page that shows video`,
      );
    if (!usage.rate.take(nowUs))
      throw new VigieError(
        'tooManyRequests',
        'too many new video connections of this user: try again later',
        {
          retryAfterSeconds: 1,
        },
      );
    usage.open++;
    let isOpen = true;
    return () => {
      if (isOpen) usage.open--;
      isOpen = false;
    };
  }
}
