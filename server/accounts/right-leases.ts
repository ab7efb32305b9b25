/**
 * Responses that take long to send, each with the right that allows it: a download, playback, moving pictures, a backup.
 *
 * Invariant: a lease ends at once when its right, sign-in, user or camera is removed, within a second when its API key expires,
 * and within a minute when its sign-in ends by time alone. If a right cannot be looked up, in a damaged database, the lease
 * continues.
 */

import type { Log } from '../log.ts';
import type { Caller } from './api-keys.ts';
import type { Identity } from './sessions.ts';

export interface RightLeasesOptions {
  /** Whether a sign-in still lasts. */
  lasts: (sessionId: string) => boolean;
  /** ms since the Unix epoch. */
  nowMs: () => number;
  log: Log;
  reviewIntervalMs?: number;
}

interface Lease extends Pick<Identity, 'userId' | 'sessionId'> {
  isAllowed: () => boolean;
  end: () => void;
  /** ms since the Unix epoch; never for a user in person, because the session continues. */
  expiresAtMs: number;
}

const REVIEW_INTERVAL_MS = 60_000;
const EXPIRY_INTERVAL_MS = 500;

export class RightLeases {
  readonly #options: RightLeasesOptions;
  readonly #leases = new Set<Lease>();
  readonly #reviews: NodeJS.Timeout;
  readonly #expiries: NodeJS.Timeout;

  constructor(options: RightLeasesOptions) {
    this.#options = options;
    this.#reviews = setInterval(() => this.#review(), options.reviewIntervalMs ?? REVIEW_INTERVAL_MS).unref();
    this.#expiries = setInterval(() => this.#endExpired(), EXPIRY_INTERVAL_MS).unref();
  }

  get size(): number {
    return this.#leases.size;
  }

  /**
   * The caller has just checked the right.
   *
   * @param isAllowed looks the right up again
   * @param end called once, when the right ends before the lease is released
   * @returns releases the lease
   */
  hold(
    { userId, sessionId, grant, expiresAtMs }: Pick<Caller, 'userId' | 'sessionId' | 'grant' | 'expiresAtMs'>,
    isAllowed: () => boolean,
    end: () => void,
  ): () => void {
    const lease = { userId, sessionId, isAllowed, end, expiresAtMs: grant === null ? Infinity : expiresAtMs };
    this.#leases.add(lease);
    return () => void this.#leases.delete(lease);
  }

  /** Applies changed rights or cameras. @param userId the user concerned; undefined: all users */
  refreshAccess(userId?: string): void {
    this.#endIf((lease) => (userId === undefined || lease.userId === userId) && !lease.isAllowed());
  }

  endSession(sessionId: string): void {
    this.#endIf((lease) => lease.sessionId === sessionId);
  }

  /** Idempotent. Ends nothing. */
  close(): void {
    clearInterval(this.#reviews);
    clearInterval(this.#expiries);
  }

  /** A response lasts as long as its right, even if its token has expired meanwhile. */
  #review(): void {
    this.refreshAccess();
    this.#endIf(({ sessionId }) => !this.#options.lasts(sessionId));
  }

  #endExpired(): void {
    const nowMs = this.#options.nowMs();
    this.#endIf(({ expiresAtMs }) => expiresAtMs <= nowMs);
  }

  #endIf(condition: (lease: Lease) => boolean): void {
    for (const lease of this.#leases) {
      try {
        if (!condition(lease)) continue;
        this.#leases.delete(lease);
        lease.end();
      } catch (error) {
        this.#options.log.error({ err: error }, 'failed to look up a right, or to end its streams');
      }
    }
  }
}
