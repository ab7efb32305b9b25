/**
 * The identity behind one signaling socket: a user in person, with access tokens, or a program, with an API key.
 *
 * Invariant: the identity never changes: a user renews with any of their tokens, a program only with its key; a socket without a
 * valid token or key is closed.
 */

import { wallMs } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import { AUTHENTICATE_TIMEOUT_MS } from '../wire/signaling.ts';
import type { SignalingAccess, ViewerIdentity } from './signaling-access.ts';

export interface ViewerSignInOptions {
  access: Pick<SignalingAccess, 'identify' | 'countRequest'>;
  viewerAddress: string;
  /** Called once, unless `end` is called before. */
  onLate: (reason: 'authenticateTimeout' | 'tokenExpired') => void;
}

/** The longest that a wall clock which was set goes unnoticed. */
const MAX_WAIT_MS = 60_000;

export class ViewerSignIn {
  readonly #options: ViewerSignInOptions;
  #identity: ViewerIdentity | undefined;
  #deadline: NodeJS.Timeout;

  constructor(options: ViewerSignInOptions) {
    this.#options = options;
    this.#deadline = setTimeout(() => options.onLate('authenticateTimeout'), AUTHENTICATE_TIMEOUT_MS);
  }

  /** Undefined before the first valid token or key, and after the end. */
  get identity(): ViewerIdentity | undefined {
    return this.#identity;
  }

  /**
   * @returns seconds until the token or the key expires; null: never
   * @throws VigieError `unauthorized`, `tooManyRequests`
   */
  present(credential: string): number | null {
    const { access, viewerAddress } = this.#options;
    const identity = access.identify(credential, viewerAddress);
    if (this.#identity && !isRenewal(this.#identity, identity))
      throw new VigieError('unauthorized', 'the new token belongs to another user, or is another API key');
    this.#identity = identity;
    this.#awaitExpiry(identity.expiresAtMs);
    const remainingMs = identity.expiresAtMs - wallMs();
    return remainingMs === Infinity ? null : Math.floor(remainingMs / 1000);
  }

  /** A request of a program counts as one of its key. @throws VigieError `tooManyRequests` */
  countRequest(): void {
    const { access, viewerAddress } = this.#options;
    if (this.#identity?.grant) access.countRequest(this.#identity.sessionId, viewerAddress);
  }

  /** Idempotent. */
  end(): void {
    clearTimeout(this.#deadline);
    this.#identity = undefined;
  }

  /** On the wall clock, like the token itself: server time stops while the machine sleeps. */
  #awaitExpiry(expiresAtMs: number): void {
    clearTimeout(this.#deadline);
    const remainingMs = expiresAtMs - wallMs();
    if (remainingMs <= 0) return this.#options.onLate('tokenExpired');
    this.#deadline = setTimeout(() => this.#awaitExpiry(expiresAtMs), Math.min(remainingMs, MAX_WAIT_MS));
  }
}

function isRenewal(old: ViewerIdentity, next: ViewerIdentity): boolean {
  const inPerson = old.grant === null && next.grant === null;
  return old.userId === next.userId && (inPerson || old.sessionId === next.sessionId);
}
