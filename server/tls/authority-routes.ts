/**
 * GET /api/local-authority, and the local authority's certificate for download: `/ca.crt` to install on a phone or
 * computer, `/ca.pem` to pin in a camera. It is not a secret, and is served over http too, because the first download
 * cannot use a trusted connection. The fingerprint, shown on the console and in the web app, verifies it: also on the
 * sign-in page, so that users can verify the connection before they enter a password.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';
import { serve } from '../http/serve.ts';
import type { AuthorityCertificate } from './local-authority.ts';

/** @returns whether the request was for one of them and has been answered */
export function authorityFiles(authority: AuthorityCertificate | undefined) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = request.url?.split('?')[0];
    if (!authority || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    const file = new Map([
      // The media type for which Android, iOS and desktops offer installation; iOS does not offer it for an attachment.
      ['/ca.crt', { type: 'application/x-x509-ca-cert', body: authority.der }],
      ['/ca.pem', { type: 'application/x-pem-file', body: Buffer.from(authority.pem) }],
    ]).get(path ?? '');
    if (!file) return false;
    response.writeHead(200, {
      'Content-Type': file.type,
      'Content-Length': file.body.length,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(path === '/ca.pem' && { 'Content-Disposition': 'attachment; filename="server_ca.pem"' }),
    });
    response.end(request.method === 'HEAD' ? undefined : file.body);
    return true;
  };
}

/** Needs no sign-in. */
export function authorityRoutes(authority: AuthorityCertificate | undefined): Router {
  const router = Router();
  serve(router, 'GET /api/local-authority', () => ({
    authority: authority
      ? { fingerprint: authority.fingerprint, validUntilMs: authority.validUntilMs }
      : null,
  }));
  return router;
}
