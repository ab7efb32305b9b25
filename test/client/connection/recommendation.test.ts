import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckFacts, PathKind, PathResult } from '../../../client/connection/check-facts.ts';
import { recommendation } from '../../../client/connection/recommendation.ts';
import type { MappingView, TurnFacts } from '../../../server/wire/connection-check.ts';

const path = (kind: PathKind, outcome: PathResult['outcome']): PathResult => ({
  kind,
  url: null,
  outcome,
  address: null,
  roundTripMs: null,
  errorCode: null,
});
const TURN: TurnFacts = {
  url: 'turn:turn.example.org:3478?transport=udp',
  reachable: true,
  problem: null,
  seenAs: '203.0.113.7',
  seenAsIsPrivate: false,
};
const RELAYED = [path('directUdp', 'noPath'), path('openedUdp', 'noPath'), path('turnUdp', 'connected')];

function factsOf(
  { mapping = null, turn = [TURN] }: { mapping?: MappingView | null; turn?: TurnFacts[] } = {},
  change: Partial<CheckFacts> = {},
  yourAddressIsPrivate = false,
): CheckFacts {
  const announced = { announced: [], announcedNow: [] };
  const server = { httpPort: 8080, rtcPort: 8081, ...announced, turn, mapping };
  return {
    administrator: true,
    webrtc: true,
    paths: RELAYED,
    watchingWhenFull: null,
    webSocketRoundTripMs: 20,
    secureContext: true,
    facts: { yourAddress: '198.51.100.9', yourAddressIsPrivate, https: true, server },
    ...change,
  };
}

const mapping = (state: MappingView['state']): { mapping: MappingView } => ({
  mapping: { state, address: state.endsWith('verified') ? '203.0.113.7:8081' : null },
});

const ADVICE: [when: string, facts: CheckFacts, fix: RegExp][] = [
  ['the server does not open its router', factsOf(), /Set VIGIE_PUNCH to 1/],
  [
    'no STUN server is named',
    factsOf({ ...mapping('unknown'), turn: [] }),
    /VIGIE_STUN_URLS=stun:\S+,stun:\S+\. The owners of those two learn the addresses/,
  ],
  [
    'TURN over TCP only is named, which shows no mapping',
    factsOf({ ...mapping('unknown'), turn: [{ ...TURN, url: 'turns:turn.example.org:443?transport=tcp' }] }),
    /VIGIE_STUN_URLS=/,
  ],
  ['no STUN server answers', factsOf(mapping('unknown')), /Let the server send UDP/],
  ['the router of the server is symmetric', factsOf(mapping('symmetric')), /Forward UDP port 8081/],
  ['nobody gets in', factsOf(mapping('withdrawn')), /Forward UDP port 8081/],
  ['only the relay passes', factsOf(mapping('verified')), /Forward UDP port 8081/],
];

for (const [when, facts, fix] of ADVICE)
  test(`when ${when}, one thing is recommended`, () => {
    const lines = recommendation(facts);
    assert.equal(lines.length, 1);
    assert.match(lines[0]?.fix ?? '', fix);
  });

const NONE: [when: string, facts: CheckFacts][] = [
  ['video connects directly', factsOf({}, { paths: [path('directUdp', 'connected')] })],
  ['the server has opened its router', factsOf({}, { paths: [path('openedUdp', 'connected')] })],
  ['a viewer cannot change the server', factsOf({}, { administrator: false })],
  ['the server is full', factsOf({}, { watchingWhenFull: 8 })],
  ['the browser has no WebRTC', factsOf({}, { webrtc: false })],
  ['the viewer is at home', factsOf({}, {}, true)],
  ['nothing is known of the server', factsOf({}, { facts: null })],
];

for (const [when, facts] of NONE)
  test(`when ${when}, nothing is recommended`, () => {
    assert.deepEqual(recommendation(facts), []);
  });
