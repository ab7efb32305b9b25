/**
 * Answers that take long to send, each with the right it is sent by: a download, playback, moving pictures, a backup.
 *
 * Invariant: a lease ends at once when its right, its sign-in, its user or its camera goes, within a second when its
 * API key expires, and within a minute when its sign-in ends by time alone. A right that cannot be looked up, in a
 * damaged database, ends nothing.
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
  /** ms since the Unix epoch; of a person: never, for a session goes on. */
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

  /** An answer lasts as long as the right behind it, however long ago its token has expired. */
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
        this.#options.log.error({ err: error }, 'failed to look up a right, or to end what is sent by it');
      }
    }
  }
}
