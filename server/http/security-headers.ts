/**
 * What browsers are told to refuse on behalf of our pages (Content-Security-Policy Level 3 and its kin), and that https is to
 * stay https (RFC 6797).
 *
 * Lit and Web Awesome style by constructed style sheets and the style object of an element, neither of which is inline
 * style, so nothing inline is allowed at all.
 */

import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { isIP } from 'node:net';
import type { ClientConnection, ConnectionOf } from './client-connection.ts';

const POLICY: HelmetOptions = {
  contentSecurityPolicy: {
    // Helmet's own defaults include upgrade-insecure-requests, which breaks plain http in a LAN.
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // 'self' covers the WebSocket of the same host and port too.
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:', 'data:'],
      mediaSrc: ["'self'", 'blob:'],
      fontSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
  // Not for every host: see below.
  strictTransportSecurity: false,
};
const overTls = helmet({ ...POLICY, crossOriginOpenerPolicy: { policy: 'same-origin' } });
// Browsers ignore these two over plain http, and complain about it in the console of every LAN installation.
const inTheClear = helmet({ ...POLICY, crossOriginOpenerPolicy: false, originAgentCluster: false });

/** Our pages only receive. A name that Chromium does not know is an error in its console on every page. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'display-capture', 'usb', 'serial', 'payment']
  .map((feature) => `${feature}=()`)
  .join(', ');
const HALF_A_YEAR_SECONDS = 15_552_000;
/** RFC 6761, RFC 6762, RFC 8375 and what home routers use: names that mean another machine in the next house. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|home\.arpa|internal|lan|home|fritz\.box)$/i;

export interface SecurityHeadersOptions {
  connectionOf: ConnectionOf;
  /** The certificate is Vigie's own: who has not installed it must be able to come by an exception. */
  hasLocalAuthority: boolean;
}

export function securityHeaders({ connectionOf, hasLocalAuthority }: SecurityHeadersOptions): RequestHandler {
  return (request, response, next) => {
    const connection = connectionOf(request);
    response.setHeader('Permissions-Policy', PERMISSIONS);
    if (!hasLocalAuthority && staysHttps(connection))
      response.setHeader('Strict-Transport-Security', `max-age=${HALF_A_YEAR_SECONDS}`);
    (connection.secure ? overTls : inTheClear)(request, response, next);
  };
}

/**
 * The promise holds for all ports of the host, so it is made only for a public name that is served on https's own port: a
 * home server's other pages on ports of their own would be cut off by it.
 */
function staysHttps({ secure, host }: ClientConnection): boolean {
  const url = URL.parse(`https://${host}`);
  if (!secure || !url || url.port !== '') return false;
  const { hostname } = url;
  const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0;
  return !isAddress && hostname.includes('.') && !LOCAL_NAME.test(hostname);
}
