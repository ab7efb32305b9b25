import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckFacts, PathKind, PathResult } from '../../../client/connection/check-facts.ts';
import { checkReport } from '../../../client/connection/check-report.ts';
import type { EdgeView } from '../../../server/wire/site-edges.ts';
import { edgeText, siteEdgesText } from '../../../client/connection/edge-words.ts';
import { checkWords } from '../../../client/connection/check-words.ts';
import { CERTIFICATE_PROBLEM } from '../../../server/wire/browser-values.ts';
import type { TurnFacts } from '../../../server/wire/connection-check.ts';

const TURN = 'turn:turn.example.org:3478?transport=udp';

function path(kind: PathKind, outcome: PathResult['outcome'], errorCode: number | null = null): PathResult {
  const url = kind.startsWith('turn') ? TURN : null;
  const connected = outcome === 'connected';
  return {
    kind,
    url,
    outcome,
    address: connected ? '203.0.113.7:8081' : null,
    roundTripMs: connected ? 12 : null,
    errorCode,
  };
}

function turn(facts: Partial<TurnFacts> = {}): TurnFacts {
  return {
    url: TURN,
    reachable: true,
    problem: null,
    seenAs: '203.0.113.7',
    seenAsIsPrivate: false,
    ...facts,
  };
}

const server = {
  httpPort: 8080,
  rtcPort: 8081,
  announced: ['home.example.org'],
  announcedNow: ['203.0.113.7'],
  turn: [turn()],
  mapping: { state: 'verified' as const, address: '203.0.113.7:8081' },
};
const outside = { yourAddress: '198.51.100.9', yourAddressIsPrivate: false, https: true, server };
const atHome = { ...outside, yourAddress: '192.168.1.20', yourAddressIsPrivate: true };

const good: CheckFacts = {
  administrator: true,
  webrtc: true,
  watchingWhenFull: null,
  paths: [path('directUdp', 'connected'), path('turnUdp', 'connected')],
  webSocketRoundTripMs: 20,
  secureContext: true,
  facts: outside,
};

test('without a problem every mark is good and there is nothing to do', () => {
  const { verdict, lines } = checkWords(good);
  assert.equal(verdict.title, 'Video connects directly');
  assert.deepEqual(
    lines.filter(({ mark }) => mark !== 'good').map(({ title }) => title),
    ['Your location'],
  );
  assert.ok(lines.every(({ fix }) => fix === undefined));
});

test('a page from an edge says so', () => {
  const { lines } = checkWords({ ...good, facts: { ...outside, edge: 'paris' } });
  assert.match(lines.find(({ title }) => title === 'Edge')?.meaning ?? '', /the server paris,/);
});

test('the edges of a site are described with what to do about each', () => {
  const edge = { name: 'paris', software: '1.0.0', heardAtMs: 10_000, cameras: 1, viewers: 2, requests: 3 };
  const text = (status: EdgeView['status'], more: Partial<EdgeView> = {}) =>
    edgeText({ ...edge, status, ...more }, '1.0.0', 70_000);
  assert.equal(text('connected'), 'Connected · 2 viewers · 1 camera');
  assert.equal(text('connected', { software: '0.9.0' }), 'Connected · 2 viewers · 1 camera · Vigie 0.9.0');
  assert.equal(text('silent'), 'Not connected. Last heard: 1 min ago');
  assert.match(text('silent', { heardAtMs: null }), /not since this server started$/);
  assert.match(text('otherVersion'), /which is Vigie 1\.0\.0: update the older one/);
  assert.match(text('dropped'), /^Dropped: it gets nothing of this site/);
  for (const state of ['off', 'away', 'starting', 'shown', 'nameTaken'] as const)
    assert.ok(siteEdgesText({ state, site: 'home' }).length > 10, state);
});

const verdicts: [facts: Partial<CheckFacts>, verdict: string][] = [
  [{ paths: [path('directUdp', 'noPath'), path('directTcp', 'connected')] }, 'Video connects indirectly'],
  [{ paths: [path('directUdp', 'noPath'), path('turnTls', 'connected')] }, 'Video connects indirectly'],
  [{ paths: [path('directUdp', 'noPath'), path('serverRelay', 'connected')] }, 'Video connects indirectly'],
  [{ paths: [path('directUdp', 'noPath'), path('turnUdp', 'noRelay')] }, 'Only the slower fallback works'],
  [{ webrtc: false, paths: [] }, 'Only the slower fallback works'],
  [{ paths: [], webSocketRoundTripMs: null, facts: null }, 'The server cannot be reached'],
  [{ paths: [], webSocketRoundTripMs: null }, 'WebSocket is blocked'],
];
for (const [facts, title] of verdicts) {
  test(`${facts.paths?.map(({ kind, outcome }) => `${kind} ${outcome}`).join(', ') || 'nothing'}: ${title}`, () => {
    assert.equal(checkWords({ ...good, ...facts }).verdict.title, title);
  });
}

const findings: [name: string, facts: Partial<CheckFacts>, title: string, words: RegExp][] = [
  [
    'UDP is blocked at home',
    { paths: [path('directUdp', 'noPath')], facts: atHome },
    'Direct over UDP',
    /Open UDP port 8081 in the firewall/,
  ],
  [
    'from outside, and no address is announced: the address coturn sees is offered',
    {
      paths: [path('directUdp', 'noPath')],
      facts: { ...outside, server: { ...server, announced: [], announcedNow: [] } },
    },
    'Direct over UDP',
    /Forward UDP port 8081 .* set VIGIE_ANNOUNCED_ADDRESS to 203\.0\.113\.7/,
  ],
  [
    'from outside, and the announced address does not answer',
    { paths: [path('directUdp', 'noPath')] },
    'Direct over UDP',
    /No answer from 203\.0\.113\.7.*Forward UDP port 8081/,
  ],
  [
    'another port is named when it is another port',
    { paths: [path('directUdp', 'noPath')], facts: { ...outside, server: { ...server, rtcPort: 40_000 } } },
    'Direct over UDP',
    /UDP port 40000/,
  ],
  [
    'the relay wants another password',
    { paths: [path('turnUdp', 'noRelay', 401)] },
    'TURN relay over UDP',
    /Set VIGIE_TURN_SECRET to the static-auth-secret/,
  ],
  [
    'the relay is full',
    { paths: [path('turnUdp', 'noRelay', 486)] },
    'TURN relay over UDP',
    /Raise the quotas/,
  ],
  [
    'the relay answers the server only',
    { paths: [path('turnTls', 'noRelay', 701)] },
    'TURN relay over TLS',
    /does not answer you.*Open port 3478 \(TCP\)/,
  ],
  [
    'the relay answers nobody',
    {
      paths: [path('turnUdp', 'noRelay', 701)],
      facts: {
        ...outside,
        server: {
          ...server,
          turn: [turn({ reachable: false, problem: 'no server listens at that port', seenAs: null })],
        },
      },
    },
    'TURN relay over UDP',
    /neither you nor the server: no server listens at that port.*Start coturn/,
  ],
  [
    'the relay has a bad certificate',
    {
      paths: [path('turnTls', 'noRelay', 701)],
      facts: {
        ...outside,
        server: { ...server, turn: [turn({ reachable: false, problem: CERTIFICATE_PROBLEM, seenAs: null })] },
      },
    },
    'TURN relay over TLS',
    /certificate is not valid.*issued by an authority that browsers trust/,
  ],
  [
    'the relay does not get through to the server',
    { paths: [path('turnUdp', 'noPath')] },
    'TURN relay over UDP',
    /allowed-peer-ip/,
  ],
  [
    'there is no relay',
    { paths: [path('directUdp', 'connected')], facts: { ...outside, server: { ...server, turn: [] } } },
    'TURN relay',
    /Start coturn with the compose file/,
  ],
  [
    'another address is announced than the one the server is seen at',
    { facts: { ...outside, server: { ...server, announcedNow: ['203.0.113.99'], mapping: null } } },
    'Public address',
    /address is 203\.0\.113\.7, but viewers are given 203\.0\.113\.99.*Set VIGIE_ANNOUNCED_ADDRESS/,
  ],
  ['no WebRTC', { webrtc: false, paths: [] }, 'Video in this browser', /Use a current Chrome/],
  ['no WebSocket', { webSocketRoundTripMs: null }, 'Web connection', /must forward WebSocket/],
  [
    'plain http',
    { secureContext: false, facts: { ...outside, https: false } },
    'Page encryption',
    /your password was not/,
  ],
  ['at home', { facts: atHome }, 'Your location', /phone with Wi-Fi off/],
];
for (const [name, facts, title, words] of findings) {
  test(`${name}: the problem and what to do`, () => {
    const line = checkWords({ ...good, ...facts }).lines.find((each) => each.title.startsWith(title));
    assert.match(`${line?.meaning} ${line?.fix}`, words);
  });

  test(`${name}: a viewer sees nothing of the server’s settings`, () => {
    const known = { ...good, ...facts }.facts;
    const { server: _server, ...forViewers } = known ?? outside;
    const { verdict, lines } = checkWords({ ...good, ...facts, administrator: false, facts: forViewers });
    assert.doesNotMatch(JSON.stringify([verdict, lines]), /VIGIE_|coturn\b/);
  });
}

test('a full server is named as the cause, with the number of viewers, and the network is not blamed', () => {
  for (const administrator of [true, false]) {
    const { verdict, lines } = checkWords({ ...good, administrator, paths: [], watchingWhenFull: 8 });
    assert.equal(verdict.title, 'The server is full');
    assert.match(verdict.meaning, /^8 viewers are watching, .*your network is not the cause/);
    assert.match(verdict.fix ?? '', /Try again/);
    assert.deepEqual(
      lines.filter(({ mark }) => mark === 'bad' || mark === 'warning'),
      [],
    );
  }
  const { verdict } = checkWords({ ...good, paths: [], watchingWhenFull: 1 });
  assert.match(verdict.meaning, /^1 viewer is watching, /);
});

test("without an answer from the server, the browser's findings are still shown", () => {
  const { lines } = checkWords({ ...good, facts: null });
  assert.ok(lines.length >= 3);
});

test('the report is plain text, one finding a line, with what to do under it', () => {
  const words = checkWords({ ...good, paths: [path('directUdp', 'noPath')] });
  const report = checkReport(words, 'A browser', new Date(0));
  assert.match(
    report,
    /^Vigie connection check, 1970-01-01T00:00:00\.000Z\nA browser\n\n\[!!\] Only the slower fallback works: /,
  );
  assert.match(report, /\n\[NO\] Direct over UDP: No answer.*\n {5}→ Forward UDP port 8081/);
});
