/** /api/pairing, where a camera exchanges its code for its key, and the route where administrators make the code. */

import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type { CameraPairing } from './camera-pairing.ts';
import { isTunnelled, type ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

export function pairingRoutes(pairing: CameraPairing, guard: Guard, connectionOf: ConnectionOf): Router {
  const router = Router();

  // Needs no user's token: the code is all a camera has.
  serve(router, 'POST /api/pairing', ({ request, readBody }) => {
    if (isTunnelled(request))
      throw new VigieError('forbidden', 'a camera is paired at the site itself: an edge would see its key');
    return pairing.pair(readBody(), connectionOf(request));
  });

  serve(router, 'POST /api/cameras/:cameraId/pairing-code', ({ request, params }) => {
    guard.administrator(request);
    return pairing.makeCode(params.cameraId, connectionOf(request));
  });

  return router;
}
