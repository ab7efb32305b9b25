/**
 * Authenticates and authorizes requests. Every route begins with one of these functions, except the public ones, which
 * wire/authorization.ts lists.
 *
 * All throw VigieError: `unauthorized` without a valid token or API key, `forbidden` without the administrator role or for a
 * route that is closed to keys (wire/key-access.ts), `notFound` for a camera to which the caller has no right at all, whether
 * it exists or not, `forbidden` for one to which they have another right.
 *
 * Invariants: `identify` accepts sessions only, so a handler that checks just the user never serves an API key by
 * mistake; a key opens no path outside the route tables of wire/routes.
 */

import type { Request, Response } from 'express';
import type { Accounts } from './accounts.ts';
import type { Caller } from './api-keys.ts';
import type { Identity } from './sessions.ts';
import { VigieError } from '../errors.ts';
import { calledRoute } from '../http/called-route.ts';
import { isTunnelled, type ConnectionOf } from '../http/client-connection.ts';
import { administratorAtEdge } from './sign-in.ts';
import { cutOff } from '../http/cut-off.ts';
import { isSameOriginFetch } from '../http/same-origin.ts';
import { keyAccessOf, type KeyAccess } from '../wire/key-access.ts';
import type { KeyPower } from '../wire/key-rights.ts';
import type { Right } from '../wire/rights.ts';
import { isBasic, presentedIn } from './presented-credential.ts';
import { mediaTokenOf } from './session-cookies.ts';

/** The caller, and the key. */
export interface KnownCaller extends Pick<Identity, 'userId' | 'username'> {
  key?: { id: string; name: string };
}

/** The caller, once it is authenticated. */
const KNOWN = new WeakMap<Request, KnownCaller>();

export class Guard {
  readonly #accounts: Accounts;
  readonly #connectionOf: ConnectionOf;

  constructor(accounts: Accounts, connectionOf: ConnectionOf) {
    this.#accounts = accounts;
    this.#connectionOf = connectionOf;
  }

  /** A user in person. */
  identify(request: Request): Identity {
    const who = this.caller(request);
    if (who.grant !== null) throw closedToKeys();
    return who;
  }

  /**
   * A user in person, or an API key. @param access of keys, for a route outside the API; default: the entry in the table of the
   * API
   */
  caller(request: Request, access?: KeyAccess): Caller {
    const presented = presentedIn(request.headers.authorization);
    if (presented.kind === 'accessToken')
      return this.#know(request, { ...this.#accounts.sessions.identify(presented.token), grant: null });
    return this.#callerByKey(request, presented, access ?? accessOfCalled(request));
  }

  /** The caller that one of the functions here has identified; undefined before. */
  known(request: Request): KnownCaller | undefined {
    return KNOWN.get(request);
  }

  /** The call ended this user's session: tells the audit log; grants nothing. */
  signedOut(request: Request, who: Pick<Identity, 'userId' | 'username'>): void {
    KNOWN.set(request, who);
  }

  administrator(request: Request): Caller {
    const who = this.caller(request);
    this.#accounts.access.assertAdministrator(who);
    return who;
  }

  /**
   * For actions that would give a key with `administer` a person's access, or outlast the key.
   *
   * @throws VigieError also `forbidden` for a key
   */
  administratorInPerson(request: Request): Caller {
    const who = this.administrator(request);
    if (who.grant !== null) throw closedToKeys();
    return who;
  }

  /** An administrator, or a key with this power of one. */
  withPower(request: Request, power: KeyPower): Caller {
    const who = this.caller(request, 'bearer');
    if (!this.#accounts.access.hasPower(who, power))
      throw new VigieError(
        'forbidden',
        `only an administrator may do this, or a key with the power ${power}`,
      );
    return who;
  }

  may(who: Pick<Caller, 'userId' | 'grant'>, right: Right, cameraId: string): boolean {
    return this.#accounts.access.may(who, right, cameraId);
  }

  /** Call it again after every wait: the right may have ended meanwhile. */
  viewerOf(request: Request, right: Right, cameraId: string): Caller {
    const who = this.caller(request);
    this.#accounts.access.assertMay(who, right, cameraId);
    return who;
  }

  /** A program that reports what is in the pictures of a camera, by its key. */
  analyserOf(request: Request, cameraId: string): Caller {
    const who = this.caller(request);
    this.#accounts.access.assertMayAsProgram(who, 'analyse', cameraId);
    return who;
  }

  /**
   * For `<img>` and `<video>`: the media cookie is accepted too, for reading only. It takes precedence over a key as Basic, which
   * a browser sends by itself once it was asked for one.
   */
  mediaViewerOf(request: Request, right: Right, cameraId: string): Caller {
    const who = this.#byMediaCookie(request);
    if (who === undefined) return this.viewerOf(request, right, cameraId);
    this.#know(request, who);
    this.#accounts.access.assertMay(who, right, cameraId);
    return who;
  }

  /**
   * Like mediaViewerOf, for an answer that takes long to send: the connection is cut when the right ends. Call it after
   * the last wait before sending.
   */
  streamTo(request: Request, response: Response, right: Right, cameraId: string): Caller {
    const who = this.mediaViewerOf(request, right, cameraId);
    this.#lease(who, response, () => this.#accounts.access.may(who, right, cameraId));
    return who;
  }

  /**
   * Like `administrator`, for a long response or upload, which may take longer than the token of its request is valid.
   */
  streamToAdministrator(request: Request, response: Response): Caller {
    const who = this.administrator(request);
    this.#lease(who, response, () => this.#accounts.access.isAdministrator(who));
    return who;
  }

  #byMediaCookie(request: Request): Caller | undefined {
    const { authorization } = request.headers;
    const cookie = mediaTokenOf(request, this.#connectionOf(request));
    if (cookie === undefined || !isSameOriginFetch(request)) return undefined;
    if (authorization !== undefined && !isBasic(authorization)) return undefined;
    try {
      return { ...this.#accounts.sessions.identify(cookie, 'media'), grant: null };
    } catch (error) {
      if (authorization === undefined) throw error;
      return undefined;
    }
  }

  /** The first time in a request it counts as a use of the key. */
  #callerByKey(
    request: Request,
    { key, basic }: { key: string; basic: boolean },
    access: KeyAccess | undefined,
  ): Caller {
    const { apiKeys } = this.#accounts;
    const known = KNOWN.get(request)?.key;
    const who = known ? apiKeys.identify(key) : apiKeys.admit(key, this.#connectionOf(request).address);
    this.#know(request, who);
    if (access === undefined) throw closedToKeys();
    if (basic && (access !== 'basic' || !isSameOriginFetch(request)))
      throw new VigieError(
        'unauthorized',
        'HTTP Basic is accepted for pictures and recordings only; send the key as "Authorization: Bearer"',
      );
    if (access === 'never') throw closedToKeys();
    if (access === 'administer') this.#accounts.access.assertAdministrator(who);
    return who;
  }

  /** @throws VigieError `forbidden` for an administrator at an edge */
  #know(request: Request, who: Caller): Caller {
    const { access, administratorsAtEdges } = this.#accounts;
    if (isTunnelled(request) && !administratorsAtEdges && access.isAdministrator(who))
      throw administratorAtEdge();
    const { userId, username, sessionId: id, keyName: name } = who;
    KNOWN.set(request, { userId, username, ...(name !== undefined && { key: { id, name } }) });
    return who;
  }

  /**
   * Holds the right for something that lasts longer than this request. The caller has just checked it.
   *
   * @param end called once, when the right, the camera, the sign-in or the API key ends
   * @returns call it when that something ends
   */
  holdRight(who: Caller, right: Right, cameraId: string, end: () => void): () => void {
    return this.#accounts.leases.hold(who, () => this.#accounts.access.may(who, right, cameraId), end);
  }

  #lease(who: Caller, response: Response, isAllowed: () => boolean): void {
    if (response.destroyed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
    response.once(
      'close',
      this.#accounts.leases.hold(who, isAllowed, () => cutOff(response)),
    );
  }
}

/** @returns undefined for a route outside the API, which keys cannot call */
function accessOfCalled(request: Request): KeyAccess | undefined {
  const route = calledRoute(request);
  return route && keyAccessOf(route);
}

function closedToKeys(): VigieError {
  return new VigieError('forbidden', 'API keys may not do this; sign in as a user');
}
