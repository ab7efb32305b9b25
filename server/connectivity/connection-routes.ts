/** /api/connection: the server's side of the connection check, and its addresses. How it is set up is for administrators. */

import { Router } from 'express';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { ConnectionFacts, ServerAddresses, ServerConnectionFacts } from '../wire/connection-check.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Guard } from '../accounts/guard.ts';

/** Main connects it. */
export interface ServerFacts {
  get(): Promise<ServerConnectionFacts>;
  addresses(): ServerAddresses;
}

export function connectionRoutes(facts: ServerFacts, guard: Guard, connectionOf: ConnectionOf): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const { role } = guard.identify(request);
    const { address: yourAddress, secure: https } = connectionOf(request);
    response.json({
      yourAddress,
      yourAddressIsPrivate: isPrivateAddress(yourAddress),
      https,
      ...(role === 'administrator' && { server: await facts.get() }),
    } satisfies ConnectionFacts);
  });
  router.get('/addresses', (request, response) => {
    guard.administrator(request);
    response.json(facts.addresses());
  });
  return router;
}
