/** Settings of the ways by which viewers reach this server (docs/reach.md). */

import { parseIceServerUrl } from '../core/stun-turn/ice-server-url.ts';
import { checkIceServerUrl, parseHost } from './parse-addresses.ts';
import { parseLength, parseList, parseSwitch, setting } from './setting.ts';

const RELAY_USES = ['auto', 'on', 'off', 'only'] as const;
export type RelayUse = (typeof RELAY_USES)[number];

export const reachSettings = {
  announcedAddresses: setting({
    name: 'VIGIE_ANNOUNCED_ADDRESS',
    default: '',
    description:
      'Comma-separated addresses of this machine for viewers, besides its own: a public IP, a container host.',
    parse: (text) => parseList(text, parseHost),
  }),
  turnUrls: setting({
    name: 'VIGIE_TURN_URLS',
    default: '',
    description:
      'Comma-separated TURN or STUN servers for viewers, like turn:turn.example.org:3478?transport=udp.',
    parse: (text) => parseList(text, checkIceServerUrl),
  }),
  turnSecret: setting({
    name: 'VIGIE_TURN_SECRET',
    default: '',
    secret: true,
    description: 'The static-auth-secret of that coturn; viewers get short-lived passwords made from it.',
    parse: (text) => (text === '' ? undefined : parseLength(text, 16, 1024)),
  }),
  turnSecretFile: setting({
    name: 'VIGIE_TURN_SECRET_FILE',
    default: '',
    description: 'File with that secret, instead of VIGIE_TURN_SECRET.',
    parse: (text) => (text === '' ? undefined : text),
  }),
  stunUrls: setting({
    name: 'VIGIE_STUN_URLS',
    default: '',
    description:
      'Comma-separated STUN servers, like stun:stun.example.org:3478, that tell this server and its viewers their public addresses, so that video finds a direct path without a forwarded port. At best two that are not on one machine; those in VIGIE_TURN_URLS are asked too.',
    parse: (text) => parseList(text, parseStunUrl),
  }),
  punch: setting({
    name: 'VIGIE_PUNCH',
    default: '1',
    description:
      'Whether this server finds out its public address by STUN, and opens its NAT for viewers who are signed in. 0 turns that off.',
    parse: parseSwitch,
  }),
  relay: setting({
    name: 'VIGIE_RELAY',
    default: 'auto',
    description:
      'Whether viewers reach the server itself through the TURN server, when no port can be forwarded: on, off, or auto, which means on while VIGIE_ANNOUNCED_ADDRESS is empty. only: viewers are told no other address and the media ports answer nobody; the page needs another address too (docs/reach.md).',
    parse: parseRelay,
  }),
};

function parseStunUrl(text: string): string {
  const server = parseIceServerUrl(text);
  if (server?.scheme !== 'stun' || server.transport !== 'udp')
    throw new RangeError('URLs like stun:stun.example.org:3478; TURN servers are named in VIGIE_TURN_URLS');
  return checkIceServerUrl(text);
}

function parseRelay(text: string): RelayUse {
  const use = RELAY_USES.find((name) => name === text);
  if (use === undefined) throw new RangeError(`one of ${RELAY_USES.join(', ')}`);
  return use;
}
