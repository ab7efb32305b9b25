/**
 * Puts the findings of a connection check into words: the meaning of each, and what to do. Pure, and tested as a table; the
 * readers do not know ICE.
 *
 * Invariant: a server that is full is never reported as a network fault.
 */

import type { CheckFacts, PathKind, PathResult } from './check-facts.ts';
import { fixForAdministrator, hostOf, inMs, seenAddress, type CheckLine } from './check-line.ts';
import { pathLine } from './path-words.ts';
import { recommendation } from './recommendation.ts';

export interface CheckWords {
  verdict: CheckLine;
  lines: CheckLine[];
}

export function checkWords(facts: CheckFacts): CheckWords {
  return {
    verdict: verdict(facts),
    lines: [
      ...recommendation(facts),
      webConnection(facts),
      ...throughEdge(facts),
      ...(facts.webrtc ? [] : [noWebRtc()]),
      ...facts.paths.filter((path) => !isRedundant(path, facts)).map((path) => pathLine(path, facts)),
      ...relayMissing(facts),
      ...publicAddress(facts),
      ...unreachableForServer(facts),
      encryption(facts),
      ...location(facts),
    ],
  };
}

/** A server that need not open its router says nothing about whether it could. */
function isRedundant({ kind }: PathResult, { paths }: CheckFacts): boolean {
  return (
    kind === 'openedUdp' && paths.some((path) => path.kind === 'directUdp' && path.outcome === 'connected')
  );
}

function verdict(facts: CheckFacts): CheckLine {
  const { paths, webSocketRoundTripMs, webrtc, watchingWhenFull } = facts;
  const works = (...kinds: PathKind[]): boolean =>
    paths.some(({ kind, outcome }) => kinds.includes(kind) && outcome === 'connected');
  if (watchingWhenFull !== null) return full(watchingWhenFull, facts);
  if (works('directUdp', 'openedUdp'))
    return { mark: 'good', title: 'Video connects directly', meaning: 'This is the fastest path.' };
  if (works('directTcp', 'serverRelay', 'turnUdp', 'turnTcp', 'turnTls'))
    return {
      mark: 'good',
      title: 'Video connects indirectly',
      meaning: 'Video is live, a few milliseconds later than on the direct path.',
    };
  if (webSocketRoundTripMs === null && facts.facts !== null)
    return {
      mark: 'bad',
      title: 'WebSocket is blocked',
      meaning: 'The server answers, but the connection that sets up live video does not open.',
    };
  if (webSocketRoundTripMs === null)
    return {
      mark: 'bad',
      title: 'The server cannot be reached',
      meaning: 'Check your network, then try again.',
    };
  return {
    mark: 'warning',
    title: 'Only the slower fallback works',
    meaning: webrtc
      ? 'Video is blocked. You see single pictures over the web connection instead.'
      : 'This browser cannot play the video. You see single pictures over the web connection instead.',
  };
}

function full(watching: number, { administrator }: CheckFacts): CheckLine {
  const viewers = watching === 1 ? '1 viewer is watching' : `${watching} viewers are watching`;
  return {
    mark: 'warning',
    title: 'The server is full',
    meaning: `${viewers}, and the server has no capacity for more. The paths to it could not be tested; your network is not the cause.`,
    fix: `Try again in a moment.${administrator ? ' If this happens often, close unused live views, or run Vigie on a faster machine.' : ''}`,
  };
}

function webConnection({ webSocketRoundTripMs: ms }: CheckFacts): CheckLine {
  const title = 'Web connection';
  if (ms === null)
    return {
      mark: 'bad',
      title,
      meaning: 'Not connected. Vigie needs this WebSocket connection to set up video.',
      fix: 'If a proxy is in front of the server, it must forward WebSocket at /signaling: pass the headers Upgrade and Connection on, over HTTP/1.1.',
    };
  return { mark: 'good', title, meaning: `Connected. The server answers in ${inMs(ms)}.` };
}

function throughEdge({ facts }: CheckFacts): CheckLine[] {
  if (facts?.edge === undefined) return [];
  const meaning = `This page and its video come from the server ${facts.edge}, which shows the cameras of a site elsewhere. Recordings come from the site, through that server.`;
  return [{ mark: 'info', title: 'Edge', meaning }];
}

function noWebRtc(): CheckLine {
  return {
    mark: 'bad',
    title: 'Video in this browser',
    meaning: 'This browser has no WebRTC, which video needs.',
    fix: 'Use a current Chrome, Edge, Firefox or Safari, or allow WebRTC in the settings and extensions of this browser.',
  };
}

function relayMissing(facts: CheckFacts): CheckLine[] {
  const known = facts.facts?.server?.turn.some(({ url }) => url.startsWith('turn'));
  const hasRelay = facts.paths.some(({ url }) => url !== null) || known === true;
  // If no path was tried, it is unknown whether viewers are offered one.
  if (hasRelay || !facts.webrtc || facts.watchingWhenFull !== null) return [];
  return [
    {
      mark: 'warning',
      title: 'TURN relay',
      meaning: 'Not configured. Where the direct path is blocked, you see single pictures only.',
      fix: fixForAdministrator(
        facts,
        'Start coturn with the compose file, or set VIGIE_TURN_URLS and VIGIE_TURN_SECRET for your own relay.',
      ),
    },
  ];
}

function publicAddress(facts: CheckFacts): CheckLine[] {
  const { server } = facts.facts ?? {};
  const seen = seenAddress(facts);
  if (!server || seen === undefined) return [];
  const title = 'Public address';
  if (server.announcedNow.includes(seen) || server.mapping?.address?.startsWith(`${seen}:`))
    return [{ mark: 'good', title, meaning: `The server’s public address is ${seen}, and viewers use it.` }];
  const announced = server.announcedNow.join(', ');
  return [
    {
      mark: 'warning',
      title,
      meaning: `The server’s public address is ${seen}, but viewers are given ${announced === '' ? 'no public address' : announced}.`,
      fix: `Set VIGIE_ANNOUNCED_ADDRESS to ${seen}, or to a DNS name that follows it.`,
    },
  ];
}

/** Relays that only the server cannot reach; those that fail for the viewer too have a separate line. */
function unreachableForServer({ facts, paths }: CheckFacts): CheckLine[] {
  const dead = facts?.server?.turn.filter(
    ({ url, reachable }) =>
      !reachable && !paths.some((path) => path.url === url && path.outcome === 'noRelay'),
  );
  return (dead ?? []).map(({ url, problem }) => ({
    mark: 'warning',
    title: `Server to ${hostOf(url)}`,
    meaning: `The server gets no answer: ${problem ?? 'no answer'}.`,
    fix: url.startsWith('stun')
      ? 'Without its answer the server knows less about its own router. Let it send UDP there, or name another one.'
      : 'This matters only if the server itself uses the relay. Otherwise it is enough that viewers reach it.',
  }));
}

function encryption({ secureContext, facts }: CheckFacts): CheckLine {
  const title = 'Page encryption';
  if (facts?.https) return { mark: 'good', title, meaning: 'This page was loaded over HTTPS.' };
  if (secureContext)
    return {
      mark: 'info',
      title,
      meaning: 'This page was loaded over HTTP. That is safe on the server’s own machine.',
    };
  return {
    mark: 'warning',
    title,
    meaning: 'This page was loaded over HTTP. Video is encrypted, but your password was not.',
    fix: 'Use HTTPS outside a network you trust. The compose file includes a proxy for it.',
  };
}

function location({ facts, administrator }: CheckFacts): CheckLine[] {
  if (!facts) return [];
  const title = 'Your location';
  if (!facts.yourAddressIsPrivate)
    return [
      {
        mark: 'info',
        title,
        meaning: `The server sees you at ${facts.yourAddress}, outside its network. What works here also works from elsewhere.`,
      },
    ];
  return [
    {
      mark: 'info',
      title,
      meaning: `The server sees you at ${facts.yourAddress}, inside its own network.`,
      fix: `To test from outside, open this page on a phone with Wi-Fi off.${administrator ? ' If you are outside already, add your proxy to VIGIE_TRUSTED_PROXIES.' : ''}`,
    },
  ];
}
