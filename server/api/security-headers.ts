/**
 * What browsers are told to refuse on behalf of our pages (Content-Security-Policy Level 3 and its kin).
 *
 * Lit and Web Awesome style by constructed style sheets and the style object of an element, neither of which is inline
 * style, so nothing inline is allowed at all.
 */

import type { RequestHandler } from 'express';
import helmet from 'helmet';

const headers = helmet({
  contentSecurityPolicy: {
    // Helmet's own defaults include upgrade-insecure-requests, which breaks plain http in a LAN.
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // 'self' covers the WebSocket of the same host and port too.
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:', 'data:'],
      mediaSrc: ["'self'", 'blob:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  // Whether there is https, and for which names, is known to the proxy in front, not here.
  strictTransportSecurity: false,
  // Browsers ignore these two over plain http, and complain about it in the console of every LAN installation.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
});

export const securityHeaders: RequestHandler = (request, response, next) => {
  // A page of ours only ever receives.
  response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), display-capture=()');
  headers(request, response, next);
};
