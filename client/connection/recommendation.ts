/**
 * The one change of the server that helps most, where video does not connect directly. Pure.
 *
 * Invariant: it is for administrators, and there is at most one.
 */

import type { CheckFacts, PathKind } from './check-facts.ts';
import type { CheckLine } from './check-line.ts';

const PUBLIC_STUN = 'VIGIE_STUN_URLS=stun:stun.cloudflare.com:3478,stun:stun.l.google.com:19302';

export function recommendation(facts: CheckFacts): CheckLine[] {
  const { administrator, paths, watchingWhenFull, webrtc } = facts;
  const works = (...kinds: PathKind[]): boolean =>
    paths.some(({ kind, outcome }) => kinds.includes(kind) && outcome === 'connected');
  if (!administrator || !webrtc || watchingWhenFull !== null || works('directUdp', 'openedUdp')) return [];
  const advice = adviceFor(
    facts,
    paths.some(({ kind, outcome }) => kind !== 'directTcp' && outcome === 'connected'),
  );
  return advice ? [{ mark: 'info', title: 'What helps most', ...advice }] : [];
}

type Advice = Required<Pick<CheckLine, 'meaning' | 'fix'>>;

function adviceFor({ facts, paths }: CheckFacts, isRelayed: boolean): Advice | undefined {
  const { server, yourAddressIsPrivate } = facts ?? {};
  // At home the firewall of the server is in the way, as the line of the direct path says.
  if (!server || yourAddressIsPrivate) return undefined;
  const { mapping, rtcPort } = server;
  const forward = `Forward UDP port ${rtcPort} on the router to the server.`;
  if (mapping === null)
    return {
      meaning:
        'Without a forwarded port, video can connect directly if the server opens its router for viewers.',
      fix: 'Set VIGIE_PUNCH to 1, and VIGIE_RELAY to anything but only.',
    };
  const asked = server.turn.filter(({ url }) => !url.includes('transport=tcp') && !url.startsWith('turns:'));
  if (asked.length === 0)
    return {
      meaning:
        'Without a forwarded port, video can connect directly if two STUN servers tell the server and its viewers their public addresses.',
      fix: `Run coturn on a rented machine, or set ${PUBLIC_STUN}. The owners of those two learn the addresses of the server and of whoever watches, and when; they see no video.`,
    };
  if (mapping.state === 'unknown')
    return {
      meaning: 'No STUN server outside answers the server, so it does not know its public address.',
      fix: 'Let the server send UDP to them: check its firewall, and VIGIE_STUN_URLS.',
    };
  if (mapping.state === 'symmetric' || mapping.state === 'withdrawn')
    return { meaning: 'The server’s router lets no viewer in by itself.', fix: forward };
  const triedOpen = paths.some(({ kind }) => kind === 'openedUdp');
  if (triedOpen && isRelayed)
    return { meaning: 'A forwarded port serves viewers in networks like yours too.', fix: forward };
  return undefined;
}
