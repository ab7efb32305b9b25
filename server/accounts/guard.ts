/**
 * Authenticates and authorizes requests. Every route except health, login and the files of the web app begins with one
 * of these functions.
 *
 * All throw VigieError: `unauthorized` without a valid token, `forbidden` without the administrator role, `notFound` for
 * a camera to which the caller has no right at all, whether it exists or not, `forbidden` for one to which they have
 * another right.
 */

import type { Request, Response } from 'express';
import type { Accounts } from './accounts.ts';
import type { Identity } from './sessions.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import { cutOff } from '../http/cut-off.ts';
import { isSameOriginFetch } from '../http/same-origin.ts';
import type { Right } from '../wire/rights.ts';
import { mediaTokenOf } from './session-cookies.ts';

/** Who called, once that was checked. */
const KNOWN = new WeakMap<Request, Pick<Identity, 'userId' | 'username'>>();
const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

export class Guard {
  readonly #accounts: Accounts;
  readonly #connectionOf: ConnectionOf;

  constructor(accounts: Accounts, connectionOf: ConnectionOf) {
    this.#accounts = accounts;
    this.#connectionOf = connectionOf;
  }

  identify(request: Request): Identity {
    const who = this.#accounts.sessions.identify(bearerTokenOf(request));
    KNOWN.set(request, who);
    return who;
  }

  /** The user that one of the functions here has identified; undefined before. */
  known(request: Request): Pick<Identity, 'userId' | 'username'> | undefined {
    return KNOWN.get(request);
  }

  /** The call ended this user's session. Says so to whoever writes it down; grants nothing. */
  signedOut(request: Request, who: Pick<Identity, 'userId' | 'username'>): void {
    KNOWN.set(request, who);
  }

  administrator(request: Request): Identity {
    const who = this.identify(request);
    this.#accounts.access.assertAdministrator(who);
    return who;
  }

  may({ userId }: Pick<Identity, 'userId'>, right: Right, cameraId: string): boolean {
    return this.#accounts.access.may(userId, right, cameraId);
  }

  /** Call it again after every wait: the right may have ended meanwhile. */
  viewerOf(request: Request, right: Right, cameraId: string): Identity {
    const who = this.identify(request);
    this.#accounts.access.assertMay(who.userId, right, cameraId);
    return who;
  }

  /** For `<img>` and `<video>`: the media cookie is accepted too, for reading only. */
  mediaViewerOf(request: Request, right: Right, cameraId: string): Identity {
    const cookie = mediaTokenOf(request, this.#connectionOf(request));
    if (request.headers.authorization !== undefined || cookie === undefined || !isSameOriginFetch(request))
      return this.viewerOf(request, right, cameraId);
    const who = this.#accounts.sessions.identify(cookie, 'media');
    KNOWN.set(request, who);
    this.#accounts.access.assertMay(who.userId, right, cameraId);
    return who;
  }

  /**
   * Like mediaViewerOf, for an answer that takes long to send: the connection is cut when the right ends. Call it after
   * the last wait before sending.
   */
  streamTo(request: Request, response: Response, right: Right, cameraId: string): Identity {
    const who = this.mediaViewerOf(request, right, cameraId);
    this.#lease(who, response, () => this.#accounts.access.may(who.userId, right, cameraId));
    return who;
  }

  /**
   * Like `administrator`, for an answer that takes long to send, or a file that takes long to arrive: it may take longer than the
   * token of its request is good.
   */
  streamToAdministrator(request: Request, response: Response): Identity {
    const who = this.administrator(request);
    this.#lease(who, response, () => this.#accounts.access.isAdministrator(who.userId));
    return who;
  }

  #lease(who: Identity, response: Response, isAllowed: () => boolean): void {
    if (response.destroyed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
    response.once(
      'close',
      this.#accounts.leases.hold(who, isAllowed, () => cutOff(response)),
    );
  }
}

function bearerTokenOf(request: Request): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new VigieError('unauthorized', 'sign in first');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined)
    throw new VigieError('unauthorized', 'the Authorization header must be "Bearer" and a token');
  return token;
}
