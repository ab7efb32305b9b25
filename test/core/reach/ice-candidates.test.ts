import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfferedAddress } from '../../../server/core/reach/offered-addresses.ts';
import { iceCandidates, relayCandidate } from '../../../server/core/reach/ice-candidates.ts';

const offered = (...addresses: string[]): OfferedAddress[] =>
  addresses.map((address) => ({ address, port: 8081, isMapped: false }));

test('each address has the one port, and priorities fall in the order of the addresses', () => {
  const candidates = iceCandidates(offered('203.0.113.7', '2001:db8::7'));
  assert.deepEqual(
    candidates.map(({ address }) => address),
    ['203.0.113.7', '2001:db8::7'],
  );
  assert.ok(
    candidates.every(({ port, protocol, type }) => port === 8081 && protocol === 'udp' && type === 'host'),
  );
  const priorities = candidates.map(({ priority }) => priority);
  assert.deepEqual(
    priorities,
    priorities.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(priorities).size, priorities.length);
  assert.ok(priorities.every((priority) => priority > 0 && priority < 2 ** 31));
});

test('with a TCP port each address also has a passive TCP candidate, below all UDP candidates', () => {
  const candidates = iceCandidates(offered('203.0.113.7'), 8082);
  const [udp, tcp] = ['udp', 'tcp'].map((name) => candidates.filter(({ protocol }) => protocol === name));
  assert.deepEqual(
    tcp?.map(({ address }) => address),
    udp?.map(({ address }) => address),
  );
  assert.ok(
    tcp?.every(({ port, tcpType, type }) => port === 8082 && tcpType === 'passive' && type === 'host'),
  );
  const priorities = candidates.map(({ priority }) => priority);
  assert.deepEqual(
    priorities,
    priorities.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(candidates.map(({ foundation }) => foundation)).size, candidates.length);
  assert.ok(
    priorities.every((priority) => priority > 2 ** 24),
    'above relays, whose type preference is 0',
  );
});

test('the relay is the last candidate, of a type that Firefox accepts without a related address', () => {
  const { priority, ...relay } = relayCandidate({ address: '198.51.100.3', port: 49_200 });
  const address = '198.51.100.3';
  assert.deepEqual(relay, {
    foundation: 'relay',
    ip: address,
    address,
    protocol: 'udp',
    port: 49_200,
    type: 'host',
    relayed: true,
  });
  const direct = iceCandidates(offered('203.0.113.7'), 8082);
  assert.ok(priority > 0 && direct.every((candidate) => candidate.priority > priority));
  assert.ok(direct.every(({ type, relayed }) => type === 'host' && relayed === undefined));
});

test('a mapped address has its own port, and no TCP', () => {
  const mapped = { address: '203.0.113.7', port: 40_000, isMapped: true };
  const candidates = iceCandidates([mapped, ...offered('192.168.1.10')], 8082);
  assert.deepEqual(
    candidates.map(({ address, port, protocol, mapped: isMapped }) => [address, port, protocol, isMapped]),
    [
      ['203.0.113.7', 40_000, 'udp', true],
      ['192.168.1.10', 8081, 'udp', undefined],
      ['192.168.1.10', 8082, 'tcp', undefined],
    ],
  );
});
