/** Authenticates a site or an edge to NATS with its file of credentials. */

import type * as NatsModule from '@nats-io/transport-node';
import { VigieError } from '../errors.ts';

type Nats = Pick<
  typeof NatsModule,
  'credsAuthenticator' | 'nkeyAuthenticator' | 'usernamePasswordAuthenticator'
>;

/** A user's seed (prefix SU), base32. */
const NKEY_SEED = /^SU[A-Z2-7]{56}$/;

/**
 * @param text of the file: a `.creds` of NATS, the seed of a user's nkey, or `user:password`
 * @throws VigieError `configuration`; the message contains nothing of the text
 */
export function authenticatorOf(nats: Nats, text: string): NatsModule.Authenticator {
  const only = text.trim();
  const bytes = new TextEncoder().encode(text);
  if (only.includes('-----BEGIN NATS USER JWT-----')) return nats.credsAuthenticator(bytes);
  if (NKEY_SEED.test(only)) return nats.nkeyAuthenticator(new TextEncoder().encode(only));
  const colon = only.indexOf(':');
  if (colon > 0 && colon < only.length - 1 && !only.includes('\n'))
    return nats.usernamePasswordAuthenticator(only.slice(0, colon), only.slice(colon + 1));
  throw new VigieError(
    'configuration',
    'the file of NATS credentials contains neither a .creds of NATS, nor the seed of an nkey, nor one line user:password',
  );
}
