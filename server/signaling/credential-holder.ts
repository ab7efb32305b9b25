/** The holder of a credential, as an edge can tell by itself: for the shares of one user, once the site has accepted it. */

import { createHash } from 'node:crypto';

/** @returns the user of an access token; for an API key, which names nobody, one name for each key */
export function holderOf(credential: string): string {
  try {
    const [, payload = ''] = credential.split('.');
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub;
  } catch {
    return createHash('sha256').update(credential).digest('base64url');
  }
}
