import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  iceServersFor,
  punchingFor,
  relayFor,
  viewersIceServers,
} from '../../server/connectivity/ice-servers.ts';

const NOW_MS = 1_800_000_000_000;

test('TURN servers have credentials that are valid for minutes, STUN servers have none', () => {
  const urls = ['stun:a.example', 'turn:b.example:3478?transport=udp', 'turns:b.example:5349?transport=tcp'];
  const [stun, turn, ...others] = iceServersFor('user_1', urls, 'a secret of coturn', NOW_MS);
  assert.deepEqual(stun, { urls: ['stun:a.example'] });
  assert.deepEqual(turn?.urls, urls.slice(1));
  const [expiry = '', name] = turn?.username?.split(':') ?? [];
  assert.equal(name, 'user_1');
  const seconds = Number(expiry) - NOW_MS / 1000;
  assert.ok(seconds >= 60 && seconds <= 600, `${seconds} s`);
  assert.equal(others.length, 0);
});

test('without a secret no TURN server is listed', () => {
  assert.deepEqual(iceServersFor('user_1', ['turn:b.example'], undefined, NOW_MS), []);
});

const TURN = { stunUrls: ['stun:a.example'], turnUrls: ['turn:b.example'], turnSecret: 'a secret of coturn' };

test('viewers get the STUN servers of both settings', () => {
  const urls = viewersIceServers({ ...TURN, turnUrls: ['stun:c.example', 'turn:b.example'] })('user_1').map(
    (server) => server.urls,
  );
  assert.deepEqual(urls, [['stun:a.example', 'stun:c.example'], ['turn:b.example']]);
});

test('the server asks all of them for its mapped address, unless that is turned off or its address is hidden', () => {
  assert.deepEqual(punchingFor({ ...TURN, punch: true, relay: 'auto' })?.stunUrls, [
    'stun:a.example',
    'turn:b.example',
  ]);
  assert.equal(punchingFor({ ...TURN, punch: false, relay: 'auto' }), undefined);
  assert.equal(punchingFor({ ...TURN, punch: true, relay: 'only' }), undefined);
});

test('the server has a relay where it is on, the only path, or no address is announced', () => {
  const announcing = { ...TURN, announcedAddresses: ['203.0.113.7'] };
  const has = (relay: 'auto' | 'on' | 'off' | 'only', announcedAddresses: string[]): boolean =>
    relayFor({ ...announcing, announcedAddresses, relay }) !== undefined;
  assert.deepEqual(
    (['auto', 'on', 'off', 'only'] as const).map((relay) => [has(relay, []), has(relay, ['203.0.113.7'])]),
    [
      [true, false],
      [true, true],
      [false, false],
      [true, true],
    ],
  );
});
