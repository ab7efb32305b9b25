/** Whether the server's certificate comes from its own local authority; requested once, signed in or not. */

import type { LocalAuthorityView } from '../../server/wire/connection-check.ts';
import { requestLine } from '../http/request-line.ts';

export type AuthorityFacts = NonNullable<LocalAuthorityView['authority']>;

let asked: Promise<AuthorityFacts | null> | undefined;

/** Null also when the server does not answer: then nothing is offered. */
export function localAuthority(): Promise<AuthorityFacts | null> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<AuthorityFacts | null> {
  // Without TLS there is none.
  if (location.protocol !== 'https:') return null;
  try {
    const response = await fetch(requestLine('GET /api/local-authority').path);
    return response.ok ? ((await response.json()) as LocalAuthorityView).authority : null;
  } catch {
    asked = undefined;
    return null;
  }
}
