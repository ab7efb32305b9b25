/** Settings of sites and edges (docs/edges.md). */

import { isPrivateAddress } from '../core/address/special-addresses.ts';
import { parseInvitation, type Invitation } from '../core/edges/invitation.ts';
import { isNodeName } from '../core/edges/subjects.ts';
import { parseList, parseSwitch, setting } from './setting.ts';

const ROLES = ['site', 'edge'] as const;
export type NodeRole = (typeof ROLES)[number];

export const edgeSettings = {
  role: setting({
    name: 'VIGIE_ROLE',
    default: 'site',
    description:
      'site: with cameras, accounts and recordings. edge: shows the cameras of the site VIGIE_SITE, which may be anywhere, and keeps nothing (docs/edges.md).',
    parse: parseRole,
  }),
  invitation: setting({
    name: 'VIGIE_INVITATION',
    default: '',
    secret: true,
    description:
      'The line that `vigie site invite` or `vigie site edge` has printed: it stands for VIGIE_NATS_URL, VIGIE_NATS_CREDENTIALS, VIGIE_SITE, and for an edge also for VIGIE_ROLE and VIGIE_EDGE.',
    parse: (text) => {
      if (text === '') return undefined;
      const invitation = parseInvitation(text);
      parseNatsUrl(invitation.url);
      return invitation;
    },
  }),
  natsUrls: setting({
    name: 'VIGIE_NATS_URL',
    default: '',
    description:
      'Comma-separated servers of one NATS, like tls://nats.example.org:4222, through which this site shows its cameras at edges, or by which this edge reaches its site. Empty: none. nats: and ws: are for this machine and private networks.',
    parse: (text) => parseList(text, parseNatsUrl),
  }),
  natsCredentials: setting({
    name: 'VIGIE_NATS_CREDENTIALS',
    default: '',
    description:
      'File with the NATS credentials: a .creds of NATS, the seed of an nkey, or one line user:password.',
    parse: (text) => (text === '' ? undefined : text),
  }),
  site: setting({
    name: 'VIGIE_SITE',
    default: '',
    description: 'Name of this site at NATS, or of the site that this edge shows.',
    parse: parseNodeName,
  }),
  edge: setting({
    name: 'VIGIE_EDGE',
    default: '',
    description: 'Name of this edge at NATS.',
    parse: parseNodeName,
  }),
  edgeAdministrators: setting({
    name: 'VIGIE_EDGE_ADMINISTRATORS',
    default: '0',
    description:
      '1 lets administrators of this site sign in at edges too; an edge sees what they type there.',
    parse: parseSwitch,
  }),
};

interface EdgeValues {
  role: NodeRole;
  invitation: Invitation | undefined;
  natsUrls: readonly string[];
  natsCredentials: string | undefined;
  site: string | undefined;
  edge: string | undefined;
}

const isSame = (mine: string | undefined, other: string | undefined) => mine === undefined || mine === other;

/** @returns the values with those of the invitation @param problems what contradicts it is added to it */
export function withInvitation<Values extends EdgeValues>(values: Values, problems: string[]): Values {
  const { invitation, natsUrls, natsCredentials, site, edge } = values;
  if (!invitation) return values;
  const contradicts = {
    VIGIE_NATS_URL: natsUrls.some((url) => url !== invitation.url),
    VIGIE_NATS_CREDENTIALS: natsCredentials !== undefined,
    VIGIE_SITE: !isSame(site, invitation.site),
    VIGIE_EDGE: !isSame(edge, invitation.edge),
  };
  for (const [name, isOther] of Object.entries(contradicts))
    if (isOther) problems.push(`VIGIE_INVITATION says something else than ${name}: unset one of the two`);
  return {
    ...values,
    role: invitation.edge === undefined ? values.role : 'edge',
    natsUrls: [invitation.url],
    site: invitation.site,
    edge: invitation.edge,
  };
}

/** @param problems missing and contradictory settings are added to it */
export function checkEdgeSettings(
  values: { role: NodeRole; natsUrls: readonly string[]; site: string | undefined; edge: string | undefined },
  problems: string[],
): void {
  const { role, natsUrls, site, edge } = values;
  const isUsed = role === 'edge' || natsUrls.length > 0;
  if (role === 'edge' && natsUrls.length === 0)
    problems.push('VIGIE_ROLE=edge reaches its site through NATS: set VIGIE_NATS_URL');
  if (isUsed && site === undefined)
    problems.push(
      role === 'edge'
        ? 'VIGIE_ROLE=edge shows the cameras of a site: set VIGIE_SITE to its name'
        : 'VIGIE_NATS_URL shows this site at edges: set VIGIE_SITE to a name for it',
    );
  if (role === 'edge' && edge === undefined)
    problems.push('VIGIE_ROLE=edge needs a name at NATS: set VIGIE_EDGE');
}

function parseRole(text: string): NodeRole {
  const role = ROLES.find((name) => name === text);
  if (role === undefined) throw new RangeError(`one of ${ROLES.join(', ')}`);
  return role;
}

function parseNodeName(text: string): string | undefined {
  if (text === '') return undefined;
  if (!isNodeName(text)) throw new RangeError('a name of a-z, 0-9 and -, up to 32 characters');
  return text;
}

function parseNatsUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^(?:nats|tls|wss?):$/.test(url.protocol) || url.hostname === '')
    throw new RangeError('a URL like tls://nats.example.org:4222');
  if (url.username !== '' || url.password !== '')
    throw new RangeError('a URL without a user: the credentials go into the file VIGIE_NATS_CREDENTIALS');
  const isClear = url.protocol === 'nats:' || url.protocol === 'ws:';
  if (isClear && !isNearby(url.hostname))
    throw new RangeError(`a tls: or wss: URL: everybody on the path to ${url.hostname} could read passwords`);
  return text;
}

/** This machine, a private network, or a name that only its own network knows. */
function isNearby(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const isName = !host.includes(':') && !host.includes('.');
  return isName || isPrivateAddress(host);
}
