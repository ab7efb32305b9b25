/**
 * Headers that restrict what browsers allow this server's pages (Content-Security-Policy Level 3 and related), and keep
 * https on https (RFC 6797).
 *
 * Lit and Web Awesome use constructed style sheets and the style object of an element; neither is inline style, so
 * nothing inline is allowed.
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
      // 'self' includes the WebSocket of the same host and port.
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
  // Set for some hosts only: see below.
  strictTransportSecurity: false,
};
const overTls = helmet({ ...POLICY, crossOriginOpenerPolicy: { policy: 'same-origin' } });
// Browsers ignore these two over plain http, and log a warning about it in every LAN installation.
const withoutTls = helmet({ ...POLICY, crossOriginOpenerPolicy: false, originAgentCluster: false });

/** The pages only receive media. A name that Chromium does not know is an error in its console on every page. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'display-capture', 'usb', 'serial', 'payment']
  .map((feature) => `${feature}=()`)
  .join(', ');
const HALF_A_YEAR_SECONDS = 15_552_000;
/** RFC 6761, RFC 6762, RFC 8375 and names that home routers use: they denote another machine in another network. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|home\.arpa|internal|lan|home|fritz\.box)$/i;

export interface SecurityHeadersOptions {
  connectionOf: ConnectionOf;
  /** The certificate is Vigie's own: users who have not installed it must be able to accept an exception. */
  hasLocalAuthority: boolean;
}

export function securityHeaders({ connectionOf, hasLocalAuthority }: SecurityHeadersOptions): RequestHandler {
  return (request, response, next) => {
    const connection = connectionOf(request);
    response.setHeader('Permissions-Policy', PERMISSIONS);
    if (!hasLocalAuthority && staysHttps(connection))
      response.setHeader('Strict-Transport-Security', `max-age=${HALF_A_YEAR_SECONDS}`);
    (connection.secure ? overTls : withoutTls)(request, response, next);
  };
}

/**
 * HSTS applies to all ports of the host, so it is sent only for a public name served on https's default port: it would
 * cut off a home server's other pages on their own ports.
 */
function staysHttps({ secure, host }: ClientConnection): boolean {
  const url = URL.parse(`https://${host}`);
  if (!secure || !url || url.port !== '') return false;
  const { hostname } = url;
  const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0;
  return !isAddress && hostname.includes('.') && !LOCAL_NAME.test(hostname);
}
