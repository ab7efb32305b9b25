/**
 * /api/auth: sign-in, sign-out, renewal, change of one's own password. Requests authenticated by cookies must come from
 * this server's pages.
 */

import { Router, type Request, type Response } from 'express';
import type { Accounts } from './accounts.ts';
import type { SessionTokens } from './sessions.ts';
import { VigieError } from '../errors.ts';
import type { SessionView } from '../wire/account.ts';
import { isTunnelled, type ClientConnection, type ConnectionOf } from '../http/client-connection.ts';
import { inPerson } from '../core/grant.ts';
import { administratorAtEdge } from './sign-in.ts';
import type { Guard } from './guard.ts';
import { serve } from '../http/serve.ts';
import { assertSameOrigin } from '../http/same-origin.ts';
import { deviceName } from '../core/device-name.ts';
import {
  deviceTokenOf,
  forgetSession,
  refreshTokenOf,
  setDeviceCookie,
  setSessionCookies,
} from './session-cookies.ts';

export function authRoutes(accounts: Accounts, guard: Guard, connectionOf: ConnectionOf): Router {
  const router = Router();
  router.use('/api/auth', (request, _response, next) => {
    assertSameOrigin(request, connectionOf);
    next();
  });

  serve(router, 'POST /api/auth/login', async ({ request, response, readBody }) => {
    const credentials = readBody();
    const connection = connectionOf(request);
    const { address, isPrivate } = connection;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const client = {
      address,
      isPrivate,
      refreshToken: refreshTokenOf(request, connection),
      refusesAdministrators: isTunnelled(request) && !accounts.administratorsAtEdges,
      gone: gone.signal,
    };
    const tokens = await accounts.signIn.signIn(credentials, client);
    const { id: userId, username } = tokens.user;
    const device = deviceName(request.headers['user-agent']);
    const sent = { token: deviceTokenOf(request, connection), device, address };
    const { token, isNew } = accounts.devices.signedIn(userId, sent);
    setDeviceCookie(connection, response, token);
    if (isNew) accounts.events.emit('newDevice', { userId, username, address, device });
    return startSession(connection, response, tokens);
  });

  serve(router, 'POST /api/auth/refresh', async ({ request, response }) => {
    const token = refreshTokenOf(request, connectionOf(request));
    if (token === undefined) throw new VigieError('unauthorized', 'sign in first');
    const holder = accounts.sessions.deviceOf(token);
    const isTooFar = isTunnelled(request) && !accounts.administratorsAtEdges;
    if (holder && isTooFar && accounts.access.isAdministrator(inPerson(holder.userId)))
      throw administratorAtEdge();
    let tokens: SessionTokens;
    try {
      tokens = await accounts.sessions.refresh(token);
    } catch (error) {
      // The cookie is no longer valid: the next visit need not send it.
      if (error instanceof VigieError && error.code === 'unauthorized')
        forgetSession(connectionOf(request), response);
      throw error;
    }
    return startSession(connectionOf(request), response, tokens);
  });

  serve(router, 'POST /api/auth/logout', async ({ request, response }) => {
    for (const id of sessionIdsOf(request)) {
      const who = accounts.sessions.holderOf(id);
      await accounts.sessions.end(id);
      if (who) guard.signedOut(request, who);
    }
    forgetSession(connectionOf(request), response);
  });

  serve(router, 'POST /api/auth/password', async ({ request, readBody }) => {
    const who = guard.identify(request);
    const { currentPassword: current, newPassword: next, keepApiKeys: keepsKeys } = readBody();
    await accounts.users.changeOwnPassword(who, { current, next, keepsKeys });
  });

  /**
   * From the access token, which may have expired, or the cookie, which may be missing: either is enough to sign out.
   */
  function sessionIdsOf(request: Request): Set<string> {
    const ids = new Set<string>();
    const token = refreshTokenOf(request, connectionOf(request));
    const ofCookie = token === undefined ? undefined : accounts.sessions.sessionIdOf(token);
    if (ofCookie !== undefined) ids.add(ofCookie);
    try {
      ids.add(guard.identify(request).sessionId);
    } catch (error) {
      if (!(error instanceof VigieError)) throw error;
    }
    return ids;
  }

  return router;
}

function startSession(connection: ClientConnection, response: Response, tokens: SessionTokens): SessionView {
  setSessionCookies(connection, response, tokens);
  const { accessToken, expiresInSeconds: expiresIn, user } = tokens;
  return { accessToken, expiresIn, user };
}
