/**
 * The credential in the Authorization header of a request: the access token of a sign-in, or an API key, as Bearer (RFC
 * 6750) or as the password of HTTP Basic (RFC 7617). Pure.
 *
 * Invariant: no log line or error contains a part of the header.
 */

import { VigieError } from '../errors.ts';
import { basicPassword } from '../http/basic-password.ts';
import { idOfApiKey } from './api-key-secret.ts';

export type Presented =
  | { readonly kind: 'accessToken'; readonly token: string }
  | { readonly kind: 'apiKey'; readonly key: string; readonly basic: boolean };

const SCHEME = /^(bearer|basic) +([^\s]+)$/i;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** @throws VigieError `unauthorized` */
export function presentedIn(authorization: string | undefined): Presented {
  if (authorization === undefined) throw new VigieError('unauthorized', 'sign in first');
  const [, scheme = '', text = ''] = SCHEME.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'basic') return { kind: 'apiKey', key: passwordIn(text), basic: true };
  if (JWT.test(text)) return { kind: 'accessToken', token: text };
  if (idOfApiKey(text) !== undefined) return { kind: 'apiKey', key: text, basic: false };
  throw new VigieError('unauthorized', 'the Authorization header must be "Bearer" and a token or an API key');
}

export function isBasic(authorization: string): boolean {
  return /^basic /i.test(authorization);
}

function passwordIn(text: string): string {
  const password = basicPassword(text);
  if (password !== undefined) return password;
  throw new VigieError(
    'unauthorized',
    'HTTP Basic needs any user name, a colon and an API key as the password, in base64',
  );
}
