/**
 * Puts the findings of a connection check into words: what each means, and what to do. Pure, and tested as a table; people
 * who know nothing of ICE read it.
 */

import { CERTIFICATE_PROBLEM } from '../../server/wire/browser-values.ts';
import type { CheckFacts, WayKind, WayResult } from './check-facts.ts';

export type Mark = 'good' | 'warning' | 'bad' | 'info';

export interface CheckLine {
  mark: Mark;
  title: string;
  meaning: string;
  /** What to change; for administrators where it is theirs to change. */
  fix?: string;
}

export interface CheckWords {
  verdict: CheckLine;
  lines: CheckLine[];
}

const WAY_TITLES: Record<WayKind, string> = {
  directUdp: 'Straight to the server',
  directTcp: 'Straight to the server, over TCP',
  serverRelay: 'Through the server’s own relay address',
  turnUdp: 'Through the relay, over UDP',
  turnTcp: 'Through the relay, over TCP',
  turnTls: 'Through the relay, over TLS',
};
const TELL_ADMINISTRATOR = 'Show this page to whoever runs the server.';
/** STUN error codes (RFC 8489 section 14.8, RFC 8656 section 18). */
const REFUSED_PASSWORD = 401;
const FORBIDDEN = 403;
const QUOTA_REACHED = 486;

export function checkWords(facts: CheckFacts): CheckWords {
  return {
    verdict: verdict(facts),
    lines: [
      webConnection(facts),
      ...(facts.webrtc ? [] : [noWebRtc()]),
      ...facts.ways.map((way) => wayLine(way, facts)),
      ...relayMissing(facts),
      ...publicAddress(facts),
      ...unreachableForServer(facts),
      encryption(facts),
      ...whereYouAre(facts),
    ],
  };
}

function verdict({ ways, webSocketRoundTripMs, webrtc }: CheckFacts): CheckLine {
  const works = (...kinds: WayKind[]): boolean =>
    ways.some(({ kind, outcome }) => kinds.includes(kind) && outcome === 'connected');
  if (works('directUdp'))
    return {
      mark: 'good',
      title: 'Video comes straight to you',
      meaning: 'This is the fastest way there is.',
    };
  if (works('directTcp', 'serverRelay', 'turnUdp', 'turnTcp', 'turnTls'))
    return {
      mark: 'good',
      title: 'Video comes to you by a detour',
      meaning: 'It is live, some milliseconds later than on the straight way.',
    };
  if (webSocketRoundTripMs === null)
    return {
      mark: 'bad',
      title: 'The server cannot be reached',
      meaning: 'Check your network, then try again.',
    };
  return {
    mark: 'warning',
    title: 'Only the slower way works here',
    meaning: webrtc
      ? 'Video cannot get through, so you see single pictures over the web connection.'
      : 'This browser cannot play the video, so you see single pictures over the web connection.',
  };
}

function webConnection({ webSocketRoundTripMs: ms }: CheckFacts): CheckLine {
  const title = 'Web connection';
  if (ms === null)
    return {
      mark: 'bad',
      title,
      meaning: 'The connection that everything is arranged over does not stand.',
      fix: 'A proxy in front of the server must pass WebSocket on, at /signaling.',
    };
  return { mark: 'good', title, meaning: `It stands; the server answers in ${inMs(ms)}.` };
}

function noWebRtc(): CheckLine {
  return {
    mark: 'bad',
    title: 'Video in this browser',
    meaning: 'This browser has no WebRTC, which video needs.',
    fix: 'Use a current Chrome, Edge, Firefox or Safari, or allow WebRTC in this one’s settings and extensions.',
  };
}

function wayLine(way: WayResult, facts: CheckFacts): CheckLine {
  const { kind, url, outcome, address, roundTripMs } = way;
  const title =
    url === null ? WAY_TITLES[kind] : `${WAY_TITLES[kind]} (${url.replace(/^turns?:|\?.*$/g, '')})`;
  if (outcome === 'connected') {
    const from = kind.startsWith('direct') && address !== null ? ` from ${address}` : '';
    const inTime = roundTripMs === null ? '' : ` in ${inMs(roundTripMs)}`;
    return { mark: 'good', title, meaning: `Works: an answer came${from}${inTime}.` };
  }
  const mark = 'bad';
  if (kind === 'directUdp') return { mark, title, ...directFailed(facts) };
  if (kind === 'directTcp')
    return {
      mark,
      title,
      meaning: 'No answer came.',
      fix: mine(facts, 'Forward this TCP port to the server as well, or do without it.'),
    };
  if (kind === 'serverRelay')
    return {
      mark,
      title,
      meaning: 'The address the server lends itself at the relay does not answer.',
      fix: mine(
        facts,
        'Let the relay’s UDP ports (49152–65535, or those in its configuration) through to it.',
      ),
    };
  return { mark, title, ...relayFailed(way, facts) };
}

function directFailed(facts: CheckFacts): Pick<CheckLine, 'meaning' | 'fix'> {
  const { server, yourAddressIsPrivate } = facts.facts ?? {};
  const port = server?.rtcPort ?? 8081;
  if (yourAddressIsPrivate)
    return {
      meaning: 'No answer came, although you seem to be in the server’s own network.',
      fix: mine(facts, `Let UDP port ${port} through the firewall of the server’s machine.`),
    };
  if (server?.announced.length === 0)
    return {
      meaning: 'No answer came: the server has not been told an address that can be reached from outside.',
      fix: mine(
        facts,
        `Forward UDP port ${port} on the router to the server’s machine, and set VIGIE_ANNOUNCED_ADDRESS to ${seenAddress(facts) ?? 'your public address'}.`,
      ),
    };
  const announced = server?.announcedNow.join(', ');
  return {
    meaning: `No answer came${announced ? ` from ${announced}` : ''}.`,
    fix: mine(
      facts,
      `Forward UDP port ${port} on the router to the server’s machine, and check that VIGIE_ANNOUNCED_ADDRESS is its public address. Where the provider shares one address among its customers, only a relay helps.`,
    ),
  };
}

function relayFailed(
  { kind, url, outcome, errorCode }: WayResult,
  facts: CheckFacts,
): Pick<CheckLine, 'meaning' | 'fix'> {
  if (outcome === 'noPath')
    return {
      meaning: 'The relay answers you, but does not get through to the server.',
      fix: mine(
        facts,
        `coturn must be able to send UDP to the server’s port ${facts.facts?.server?.rtcPort ?? 8081}: look at its allowed-peer-ip and at the firewall between the two.`,
      ),
    };
  if (errorCode === REFUSED_PASSWORD)
    return {
      meaning: 'The relay does not accept the password the server made for you.',
      fix: mine(
        facts,
        'VIGIE_TURN_SECRET must be the same as coturn’s static-auth-secret, and both clocks right.',
      ),
    };
  if (errorCode === FORBIDDEN || errorCode === QUOTA_REACHED)
    return {
      meaning: 'The relay is there, but has no room for you now.',
      fix: mine(facts, 'Raise the quotas in coturn’s configuration, or see who uses it up.'),
    };
  const ofServer = facts.facts?.server?.turn.find((turn) => turn.url === url);
  const port = `${portOf(url ?? '')} (${kind === 'turnUdp' ? 'UDP' : 'TCP'})`;
  if (ofServer?.problem === CERTIFICATE_PROBLEM)
    return {
      meaning: 'The relay answers, but its certificate is not valid, so browsers do not speak to it.',
      fix: mine(
        facts,
        'Give coturn a certificate for the name in VIGIE_TURN_URLS, from an authority browsers know.',
      ),
    };
  if (ofServer && !ofServer.reachable)
    return {
      meaning: `The relay answers neither you nor the server: ${ofServer.problem ?? 'no answer'}.`,
      fix: mine(facts, 'Start coturn (docker compose up -d coturn), and check VIGIE_TURN_URLS.'),
    };
  return {
    meaning: 'The relay does not answer you.',
    fix: mine(
      facts,
      `Let port ${port} through to coturn. Some networks block it whatever you do: a relay over TLS passes most of them.`,
    ),
  };
}

function relayMissing(facts: CheckFacts): CheckLine[] {
  const hasRelay = facts.ways.some(({ url }) => url !== null) || (facts.facts?.server?.turn.length ?? 0) > 0;
  if (hasRelay || !facts.webrtc) return [];
  return [
    {
      mark: 'warning',
      title: 'Relay',
      meaning: 'There is none. Where the straight way is blocked, only single pictures come through.',
      fix: mine(
        facts,
        'Start coturn with the compose file, or set VIGIE_TURN_URLS and VIGIE_TURN_SECRET to one you have.',
      ),
    },
  ];
}

function publicAddress(facts: CheckFacts): CheckLine[] {
  const { server } = facts.facts ?? {};
  const seen = seenAddress(facts);
  if (!server || seen === undefined) return [];
  const title = 'Public address';
  if (server.announcedNow.includes(seen))
    return [{ mark: 'good', title, meaning: `The server is seen as ${seen}, and tells viewers so.` }];
  const told = server.announcedNow.join(', ');
  return [
    {
      mark: 'warning',
      title,
      meaning: `The server is seen as ${seen}, but tells viewers ${told === '' ? 'no address of the outside' : told}.`,
      fix: `Set VIGIE_ANNOUNCED_ADDRESS to ${seen}, or to a name that follows it.`,
    },
  ];
}

/** Those that answer the viewer all the same; the others have been spoken of. */
function unreachableForServer({ facts, ways }: CheckFacts): CheckLine[] {
  const dead = facts?.server?.turn.filter(
    ({ url, reachable }) => !reachable && !ways.some((way) => way.url === url && way.outcome === 'noRelay'),
  );
  return (dead ?? []).map(({ url, problem }) => ({
    mark: 'warning',
    title: `From the server to ${url.replace(/^(?:stun|turn)s?:|\?.*$/g, '')}`,
    meaning: `The server itself gets no answer there: ${problem ?? 'no answer'}.`,
    fix: 'Only matters where the server needs the relay for itself; else it is enough that viewers reach it.',
  }));
}

function encryption({ secureContext, facts }: CheckFacts): CheckLine {
  const title = 'Encryption of this page';
  if (facts?.https)
    return { mark: 'good', title, meaning: 'The page came by https: nobody on the way can read along.' };
  if (secureContext)
    return {
      mark: 'info',
      title,
      meaning: 'The page came without https, which is fine on the same machine.',
    };
  return {
    mark: 'warning',
    title,
    meaning: 'The page came by http. The video is encrypted all the same; your password was not.',
    fix: 'Use https beyond a network you trust: the compose file brings a proxy that sees to it.',
  };
}

function whereYouAre({ facts, administrator }: CheckFacts): CheckLine[] {
  if (!facts) return [];
  const title = 'Where you are';
  if (!facts.yourAddressIsPrivate)
    return [
      {
        mark: 'info',
        title,
        meaning: `The server sees you at ${facts.yourAddress}, from outside: what works here works from elsewhere, too.`,
      },
    ];
  return [
    {
      mark: 'info',
      title,
      meaning: `The server sees you at ${facts.yourAddress}: in its own network.`,
      fix: `To try it from outside, open this page on a phone with its Wi-Fi switched off.${administrator ? ' If you are outside now, a proxy in front is missing from VIGIE_TRUSTED_PROXIES.' : ''}`,
    },
  ];
}

/** The server's public address, as its STUN or TURN servers tell; undefined when they are in the same network, or none. */
function seenAddress({ facts }: CheckFacts): string | undefined {
  return (
    facts?.server?.turn.find(({ seenAs, seenAsIsPrivate }) => seenAs !== null && !seenAsIsPrivate)?.seenAs ??
    undefined
  );
}

/** Only who can change it is told how. */
function mine({ administrator }: CheckFacts, fix: string): string {
  return administrator ? fix : TELL_ADMINISTRATOR;
}

function portOf(url: string): string {
  return /:(\d+)(?:\?|$)/.exec(url)?.[1] ?? (url.startsWith('turns:') ? '5349' : '3478');
}

function inMs(value: number): string {
  return value < 1 ? 'less than 1 ms' : `${Math.round(value)} ms`;
}
