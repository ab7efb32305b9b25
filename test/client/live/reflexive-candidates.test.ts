import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReflexiveCandidates, type ReflexiveCandidate } from '../../../client/live/reflexive-candidates.ts';

type Parts = Parameters<ReflexiveCandidates['add']>[0];

function told(...candidates: Partial<Parts>[]): ReflexiveCandidate[] {
  const all: ReflexiveCandidate[] = [];
  const reflexive = new ReflexiveCandidates((candidate) => all.push(candidate));
  for (const candidate of candidates)
    reflexive.add({ address: '203.0.113.7', port: 40_000, protocol: 'udp', type: 'srflx', ...candidate });
  return all;
}

test('a reflexive address is told once', () => {
  assert.deepEqual(told({}, {}), [{ address: '203.0.113.7', port: 40_000 }]);
});

test('an IPv6 address is told without brackets', () => {
  assert.deepEqual(told({ address: '[2001:db8::7]' }), [{ address: '2001:db8::7', port: 40_000 }]);
});

test('an address of the machine itself is told unless a name hides it', () => {
  const name = '6b1f7c1e-0d5c-4e7e-a3a4-0f6e6d1d2b3a.local';
  assert.deepEqual(told({ type: 'host', address: name }, { type: 'host', address: '2001:db8::7' }), [
    { address: '2001:db8::7', port: 40_000 },
  ]);
});

test('relays, TCP and candidates without an address or a port are not told', () => {
  const useless: Partial<Parts>[] = [
    { type: 'relay' },
    { type: 'prflx' },
    { protocol: 'tcp' },
    { address: null },
    { address: '' },
    { port: null },
    { port: 0 },
  ];
  assert.deepEqual(told(...useless), []);
});

test('no more than four addresses are told', () => {
  const ports = Array.from({ length: 9 }, (_, index) => ({ port: 40_000 + index }));
  assert.equal(told(...ports).length, 4);
});
