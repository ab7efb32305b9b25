/** /api/pairing, where a camera trades its code for its key, and where administrators make the code. */

import { Router } from 'express';
import type { CameraPairing } from './camera-pairing.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';
import { PAIRING_REQUEST } from '../wire/camera.ts';
import { parseRequest } from '../http/request-bodies.ts';

/** Asks for no user's token: the code is all a camera has. */
export function pairingRoutes(pairing: CameraPairing, connectionOf: ConnectionOf): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const body = parseRequest(PAIRING_REQUEST, request.body);
    response.status(201).json(await pairing.pair(body, connectionOf(request)));
  });
  return router;
}

/** Under /api/cameras. */
export function pairingCodeRoutes(pairing: CameraPairing, guard: Guard, connectionOf: ConnectionOf): Router {
  const router = Router();
  router.post('/:id/pairing-code', (request, response) => {
    guard.administrator(request);
    response.status(201).json(pairing.makeCode(request.params.id, connectionOf(request)));
  });
  return router;
}
