/** One path video could take, in words: whether it works, and if not, why and what to change. Pure. */

import type { MappingState } from '../../server/wire/reach.ts';
import { CERTIFICATE_PROBLEM } from '../../server/wire/browser-values.ts';
import type { CheckFacts, PathKind, PathResult } from './check-facts.ts';
import { fixForAdministrator, hostOf, inMs, seenAddress, type CheckLine } from './check-line.ts';

const PATH_TITLES: Record<PathKind, string> = {
  directUdp: 'Direct over UDP',
  openedUdp: 'Direct over UDP, opened by the server',
  directTcp: 'Direct over TCP',
  serverRelay: 'Through the server’s relay address',
  turnUdp: 'TURN relay over UDP',
  turnTcp: 'TURN relay over TCP',
  turnTls: 'TURN relay over TLS',
};
/** STUN error codes (RFC 8489 section 14.8, RFC 8656 section 18). */
const REFUSED_PASSWORD = 401;
const FORBIDDEN = 403;
const QUOTA_REACHED = 486;

type Failure = Pick<CheckLine, 'meaning' | 'fix'>;

export function pathLine(path: PathResult, facts: CheckFacts): CheckLine {
  const { kind, url, outcome, address, roundTripMs } = path;
  const title = url === null ? PATH_TITLES[kind] : `${PATH_TITLES[kind]} (${hostOf(url)})`;
  if (outcome !== 'connected') return { mark: 'bad', title, ...failure(path, facts) };
  const from =
    (kind.startsWith('direct') || kind === 'openedUdp') && address !== null ? ` from ${address}` : '';
  const inTime = roundTripMs === null ? '' : ` in ${inMs(roundTripMs)}`;
  return { mark: 'good', title, meaning: `Works. The server answered${from}${inTime}.` };
}

function failure(path: PathResult, facts: CheckFacts): Failure {
  if (path.kind === 'directUdp') return directFailed(facts);
  if (path.kind === 'openedUdp') return openedFailed(facts);
  if (path.kind === 'directTcp')
    return {
      meaning: 'No answer.',
      fix: fixForAdministrator(facts, 'Optional: forward this TCP port to the server.'),
    };
  if (path.kind === 'serverRelay')
    return {
      meaning: 'The address that the server uses at the relay does not answer.',
      fix: fixForAdministrator(
        facts,
        'Open the relay’s UDP ports (49152–65535, or those in its configuration) in the firewall.',
      ),
    };
  return path.outcome === 'noPath' ? relayWithoutPath(facts) : relayFailed(path, facts);
}

function directFailed(facts: CheckFacts): Failure {
  const { server, yourAddressIsPrivate } = facts.facts ?? {};
  const port = server?.rtcPort ?? 8081;
  if (yourAddressIsPrivate)
    return {
      meaning: 'No answer, although you seem to be in the same network as the server.',
      fix: fixForAdministrator(facts, `Open UDP port ${port} in the firewall of the server.`),
    };
  if (server?.announced.length === 0)
    return {
      meaning: 'No answer. The server has no public address configured.',
      fix: fixForAdministrator(
        facts,
        `Forward UDP port ${port} on the router to the server, and set VIGIE_ANNOUNCED_ADDRESS to ${seenAddress(facts) ?? 'your public address'}.`,
      ),
    };
  const announced = server?.announcedNow.join(', ');
  return {
    meaning: `No answer${announced ? ` from ${announced}` : ''}.`,
    fix: fixForAdministrator(
      facts,
      `Forward UDP port ${port} on the router to the server, and check that VIGIE_ANNOUNCED_ADDRESS is its public address. If your provider shares one public address among customers (CGNAT), use a TURN relay.`,
    ),
  };
}

/** A recommendation says what else the server could do (recommendation.ts). */
function openedFailed({ facts }: CheckFacts): Failure {
  const { mapping } = facts?.server ?? {};
  if (mapping === undefined) return { meaning: 'No answer.' };
  if (mapping === null) return { meaning: 'The server is set not to open its router for viewers.' };
  const meanings: Record<MappingState, string> = {
    unknown: 'The server does not know its public address, because no STUN server outside has answered it.',
    symmetric:
      'The server’s router shows every destination another port, so that no viewer knows which to use.',
    withdrawn: 'The server’s router seems to let nobody in: viewers did not get through before, either.',
    unverified: 'No answer. Only one STUN server answers the server, so the kind of its router is not known.',
    verified:
      'No answer, although the server’s router allows it. Your network may show every destination another port.',
  };
  return { meaning: meanings[mapping.state] };
}

function relayWithoutPath(facts: CheckFacts): Failure {
  const port = facts.facts?.server?.rtcPort ?? 8081;
  return {
    meaning: 'The relay answers you but cannot reach the server.',
    fix: fixForAdministrator(
      facts,
      `Allow coturn to send UDP to port ${port} of the server: check allowed-peer-ip in its configuration and the firewall between the two.`,
    ),
  };
}

function relayFailed({ kind, url, errorCode }: PathResult, facts: CheckFacts): Failure {
  if (errorCode === REFUSED_PASSWORD)
    return {
      meaning: 'The relay rejects the password that the server created for you.',
      fix: fixForAdministrator(
        facts,
        'Set VIGIE_TURN_SECRET to the static-auth-secret of coturn, and check that both clocks are right.',
      ),
    };
  if (errorCode === FORBIDDEN || errorCode === QUOTA_REACHED)
    return {
      meaning: 'The relay has no capacity for you now.',
      fix: fixForAdministrator(
        facts,
        'Raise the quotas in coturn’s configuration, or find out who uses them up.',
      ),
    };
  const known = facts.facts?.server?.turn.find((turn) => turn.url === url);
  if (known?.problem === CERTIFICATE_PROBLEM)
    return {
      meaning: 'The relay answers, but its certificate is not valid. Browsers do not use it.',
      fix: fixForAdministrator(
        facts,
        'Give coturn a certificate for the name in VIGIE_TURN_URLS, issued by an authority that browsers trust.',
      ),
    };
  if (known && !known.reachable)
    return {
      meaning: `The relay answers neither you nor the server: ${known.problem ?? 'no answer'}.`,
      fix: fixForAdministrator(
        facts,
        'Start coturn (docker compose up -d coturn), and check VIGIE_TURN_URLS.',
      ),
    };
  return {
    meaning: 'The relay does not answer you.',
    fix: fixForAdministrator(
      facts,
      `Open port ${portOf(url ?? '')} (${kind === 'turnUdp' ? 'UDP' : 'TCP'}) to coturn. Some networks block it; a relay over TLS passes most of them.`,
    ),
  };
}

function portOf(url: string): string {
  return /:(\d+)(?:\?|$)/.exec(url)?.[1] ?? (url.startsWith('turns:') ? '5349' : '3478');
}
