/**
 * The local authority's certificate, for whoever wants to trust it: `/ca.crt` to install on a phone or computer, `/ca.pem` to
 * pin in a camera. Not a secret; in the clear too, for the first time cannot be over a connection that is trusted already.
 * The fingerprint, shown on the console and in the web app, tells whether it came unharmed.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthorityCertificate } from './local-authority.ts';

/** @returns whether the request was for one of them, and has been answered */
export function authorityFiles(authority: AuthorityCertificate | undefined) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const path = request.url?.split('?')[0];
    if (!authority || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    const file = new Map([
      // The type by which Android, iOS and desktops offer to install it; shown as an attachment, iOS would not.
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
