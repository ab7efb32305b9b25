/** Settings of the ways by which viewers reach this server (docs/reach.md). */

import { checkIceServerUrl, parseHost } from './parse-addresses.ts';
import { parseLength, parseList, setting } from './setting.ts';

const RELAY_USES = ['auto', 'on', 'off'] as const;
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
  relay: setting({
    name: 'VIGIE_RELAY',
    default: 'auto',
    description:
      'Whether viewers reach the server itself through the TURN server, when no port can be forwarded: on, off, or auto, which means on while VIGIE_ANNOUNCED_ADDRESS is empty.',
    parse: parseRelay,
  }),
};

function parseRelay(text: string): RelayUse {
  const use = RELAY_USES.find((name) => name === text);
  if (use === undefined) throw new RangeError(`one of ${RELAY_USES.join(', ')}`);
  return use;
}
