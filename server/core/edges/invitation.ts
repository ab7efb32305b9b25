/**
 * An invitation: all that a machine has to know to join a household at NATS, as one URL that people paste.
 *
 *     tls://home:PASSWORD@nats.example.org:4222            the site home
 *     tls://paris:PASSWORD@nats.example.org:4222/home      the edge paris, which shows the site home
 *
 * Invariant: an error says nothing of the password.
 */

import { isNodeName } from './subjects.ts';

export interface Invitation {
  /** NATS, without a user. */
  url: string;
  password: string;
  site: string;
  /** Undefined: it invites a site. */
  edge: string | undefined;
}

/** Made of random bytes by nats-users.ts; nothing in it has to be escaped. */
const PASSWORD = /^[\w.~-]{16,128}$/;
const FORM =
  'the line that `vigie site` has printed: tls://NAME:PASSWORD@HOST:PORT, for an edge with /SITE behind it';

/** @throws RangeError that completes "must be …" */
export function parseInvitation(text: string): Invitation {
  const url = URL.parse(text);
  const [, path, ...more] = url?.pathname.split('/') ?? [];
  if (!url || url.hostname === '' || url.search !== '' || url.hash !== '' || more.length > 0)
    throw new RangeError(FORM);
  const { username, password } = url;
  if (!isNodeName(username) || !PASSWORD.test(password)) throw new RangeError(FORM);
  const site = path === undefined || path === '' ? undefined : path;
  if (site !== undefined && !isNodeName(site)) throw new RangeError(FORM);
  return {
    url: `${url.protocol}//${url.host}`,
    password,
    site: site ?? username,
    edge: site === undefined ? undefined : username,
  };
}

/** @param natsUrl like tls://nats.example.org:4222, as that machine reaches it */
export function writeInvitation(natsUrl: string, { password, site, edge }: Omit<Invitation, 'url'>): string {
  const { protocol, host } = new URL(natsUrl);
  return `${protocol}//${edge ?? site}:${password}@${host}${edge === undefined ? '' : `/${site}`}`;
}
