import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iceServersFor } from '../../server/connectivity/ice-servers.ts';

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
