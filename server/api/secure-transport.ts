/**
 * Whether a request came over TLS: to this server itself, or to a proxy in front that is trusted to say so.
 *
 * Invariant: in doubt it did not. Source of the header: de facto, as nginx, Caddy, Traefik and HAProxy set it.
 */

import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { IsTrustedProxy } from './trusted-proxies.ts';

export function cameOverTls(request: IncomingMessage, isTrustedProxy: IsTrustedProxy): boolean {
  if (request.socket instanceof TLSSocket) return true;
  const forwarded = request.headers['x-forwarded-proto'];
  if (typeof forwarded !== 'string' || !isTrustedProxy(request.socket.remoteAddress)) return false;
  // One value per proxy on the way: every one of them, for a gap anywhere is a gap.
  return forwarded.split(',').every((scheme) => ['https', 'wss'].includes(scheme.trim().toLowerCase()));
}
