/**
 * WHEP: POST an SDP offer, PATCH its ICE, DELETE the session. OPTIONS and pages of other origins: whep-options.ts.
 *
 * Invariant: no body is read before the right is checked, and the right is checked again when the body has arrived.
 */

import { Router, text, type Request, type Response } from 'express';
import { deviceName } from '../core/device-name.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import { serve } from '../http/serve.ts';
import { SDP_FRAGMENT_TYPE, SDP_TYPE } from '../wire/routes/whep.ts';
import type { IceServer } from '../wire/signaling.ts';
import { linksOf } from './ice-server-links.ts';
import { MAX_OFFER_BYTES, readOffer } from './sdp-offer.ts';
import type { WhepDoor } from './whep-door.ts';
import type { WhepOrigins } from './whep-origins.ts';
import type { WhepSession } from './whep-session.ts';
import type { WhepSessions } from './whep-sessions.ts';

export interface Whep {
  sessions: WhepSessions;
  origins: WhepOrigins;
  iceServers: (userId: string) => IceServer[];
}

const readText = text({ type: () => true, limit: MAX_OFFER_BYTES, inflate: false });

export function whepRoutes(
  { sessions, origins, iceServers }: Whep,
  door: WhepDoor,
  connectionOf: ConnectionOf,
): Router {
  const router = Router();
  const ownerOf = (request: Request, cameraId: string): string => {
    origins.assertAllowed(request);
    return door.ownerOf(request, cameraId);
  };
  serve(router, 'POST /api/cameras/:cameraId/whep', async ({ request, response, params: { cameraId } }) => {
    origins.assertAllowed(request);
    const who = await door.enter(request, cameraId);
    let session: WhepSession;
    try {
      response.setHeader('Accept-Post', SDP_TYPE);
      assertType(request, SDP_TYPE);
      if (request.accepts(SDP_TYPE) === false)
        throw new VigieError('notAcceptable', `the answer is ${SDP_TYPE}: accept it`);
      const offer = readOffer(await bodyOf(request, response));
      who.assertStill();
      const { userId, sessionId, keyName } = who;
      const { address } = connectionOf(request);
      const device = deviceName(request.headers['user-agent']);
      session = sessions.add({ userId, sessionId, keyName, address, device }, cameraId, offer);
    } catch (error) {
      who.leave();
      throw error;
    }
    session.onEnd(who.hold(() => session.close()));
    response.location(`/api/cameras/${cameraId}/whep/${session.id}`);
    response.setHeader('ETag', session.etag);
    response.append('Link', linksOf(iceServers(who.userId)));
    sendText(response, SDP_TYPE, session.answer);
  });
  serve(
    router,
    'PATCH /api/cameras/:cameraId/whep/:sessionId',
    async ({ request, response, params: { cameraId, sessionId } }) => {
      const find = () => sessions.find(sessionId, cameraId, ownerOf(request, cameraId));
      find();
      response.setHeader('Accept-Patch', SDP_FRAGMENT_TYPE);
      assertType(request, SDP_FRAGMENT_TYPE);
      const ifMatch = request.headers['if-match'];
      if (ifMatch === undefined)
        throw new VigieError(
          'preconditionRequired',
          'send If-Match with the ETag of the session, or with "*"',
        );
      const fragment = await bodyOf(request, response);
      const session = find();
      const answer = session.patch(fragment, ifMatch);
      response.setHeader('ETag', session.etag);
      if (answer === undefined) response.status(204).end();
      else sendText(response.status(200), SDP_FRAGMENT_TYPE, answer);
    },
  );
  serve(
    router,
    'DELETE /api/cameras/:cameraId/whep/:sessionId',
    ({ request, params: { cameraId, sessionId } }) => {
      sessions.find(sessionId, cameraId, ownerOf(request, cameraId)).close();
    },
  );
  return router;
}

/** @throws VigieError `unsupportedMediaType` */
function assertType(request: Request, type: string): void {
  const [given = ''] = (request.headers['content-type'] ?? '').split(';');
  if (given.trim().toLowerCase() !== type)
    throw new VigieError(
      'unsupportedMediaType',
      `the body must be ${type}, and the Content-Type header say so`,
    );
}

/** @throws VigieError `unavailable`; the errors of the body parser */
async function bodyOf(request: Request, response: Response): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    readText(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  if (response.destroyed) throw new VigieError('unavailable', 'the client no longer waits for this answer');
  return typeof request.body === 'string' ? request.body : '';
}

/** Without a charset, because some clients treat that as another type. */
function sendText(response: Response, type: string, body: string): void {
  response.setHeader('Content-Type', type);
  response.send(Buffer.from(body));
}
