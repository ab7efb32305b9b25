import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { AnnouncedAddresses } from '../../server/sfu/announced-addresses.ts';
import { iceCandidates, relayCandidate } from '../../server/sfu/ice-candidates.ts';

const log = pino({ level: 'silent' });

test('announced addresses come first, each with the one port, and priorities fall', () => {
  const candidates = iceCandidates(['203.0.113.7', '2001:db8::7'], 8081, true);
  assert.deepEqual(
    candidates.slice(0, 2).map(({ address }) => address),
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
  const candidates = iceCandidates(['203.0.113.7'], 8081, true, 8082);
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
  const direct = iceCandidates(['203.0.113.7'], 8081, true, 8082);
  assert.ok(priority > 0 && direct.every((candidate) => candidate.priority > priority));
  assert.ok(direct.every(({ type, relayed }) => type === 'host' && relayed === undefined));
});

test('loopback candidates are given only to viewers on this machine', () => {
  const local = iceCandidates([], 1, true).map(({ address }) => address);
  assert.ok(local.includes('127.0.0.1'));
  const remote = iceCandidates(['203.0.113.7'], 1, false).map(({ address }) => address);
  // A machine without other interfaces has only loopback candidates.
  if (local.length > 1) assert.ok(!remote.includes('127.0.0.1'));
});

test('no address is listed twice, and none that needs a zone', () => {
  const [own] = iceCandidates([], 1, true);
  const addresses = iceCandidates([own?.address ?? ''], 1, true).map(({ address }) => address);
  assert.equal(new Set(addresses).size, addresses.length);
  assert.ok(addresses.every((address) => isIP(address) > 0 && !address.startsWith('fe80')));
});

test('a host name is announced as its addresses; one that does not resolve is left out', async () => {
  const announced = new AnnouncedAddresses(['203.0.113.7', 'localhost', 'does-not-exist.invalid'], log);
  assert.deepEqual(announced.current, ['203.0.113.7'], 'before the first answer');
  await announced.start();
  const [first, ...resolved] = announced.current;
  assert.equal(first, '203.0.113.7');
  assert.ok(resolved.length > 0 && resolved.every((address) => ['127.0.0.1', '::1'].includes(address)));
  announced.close();
});
