import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iceCandidates, relayCandidate } from '../../../server/core/reach/ice-candidates.ts';

test('each address has the one port, and priorities fall in the order of the addresses', () => {
  const candidates = iceCandidates(['203.0.113.7', '2001:db8::7'], 8081);
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
  const candidates = iceCandidates(['203.0.113.7'], 8081, 8082);
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
  const direct = iceCandidates(['203.0.113.7'], 8081, 8082);
  assert.ok(priority > 0 && direct.every((candidate) => candidate.priority > priority));
  assert.ok(direct.every(({ type, relayed }) => type === 'host' && relayed === undefined));
});
