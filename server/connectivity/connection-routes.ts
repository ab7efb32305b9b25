/**
 * /api/connection: the server's side of the connection check, and its addresses. The configuration is shown to
 * administrators only.
 */

import { Router } from 'express';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { ServerAddresses, ServerConnectionFacts } from '../wire/connection-check.ts';
import { edgeOf, type ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';
import { serve } from '../http/serve.ts';

/** The server, as the connection check sees it. */
export interface ServerFacts {
  get(): Promise<ServerConnectionFacts>;
  addresses(): ServerAddresses;
}

export function connectionRoutes(facts: ServerFacts, guard: Guard, connectionOf: ConnectionOf): Router {
  const router = Router();

  serve(router, 'GET /api/connection', async ({ request }) => {
    const { role } = guard.caller(request);
    const { address: yourAddress, secure: https } = connectionOf(request);
    const edge = edgeOf(request);
    const server = role === 'administrator' ? await facts.get() : undefined;
    if (server) guard.administrator(request);
    return {
      yourAddress,
      yourAddressIsPrivate: isPrivateAddress(yourAddress),
      https,
      ...(edge !== undefined && { edge }),
      ...(server && { server }),
    };
  });

  serve(router, 'GET /api/connection/addresses', ({ request }) => {
    guard.administrator(request);
    return facts.addresses();
  });

  return router;
}
