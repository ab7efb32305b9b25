import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { localNames } from '../../server/tls/local-names.ts';

const entry = (address: string): NetworkInterfaceInfo =>
  ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

test('the names are host name, .local name, localhost, addresses and announced names', () => {
  const names = localNames({
    hostname: 'RaspberryPi',
    interfaces: {
      lo: [entry('127.0.0.1'), entry('::1')],
      eth0: [entry('192.168.1.20'), entry('fe80::1'), entry('fd12::7'), entry('2001:db8::7')],
      docker0: [entry('172.17.0.1')],
    },
    announced: ['Cams.Lan', '203.0.113.7', '192.168.1.20'],
  });
  assert.deepEqual(names, [
    'localhost',
    'raspberrypi',
    'raspberrypi.local',
    '127.0.0.1',
    '::1',
    'cams.lan',
    '203.0.113.7',
    '192.168.1.20',
    '172.17.0.1',
    'fd12::7',
  ]);
});

/** Without the addresses of the machine itself. */
const namesOf = (hostname: string): string[] =>
  localNames({ hostname, interfaces: {}, announced: [] }).slice(0, -2);

test('a host name with a domain is kept, and one that DNS cannot represent is left out', () => {
  assert.deepEqual(namesOf('nas.home.arpa'), ['localhost', 'nas.home.arpa', 'nas.local']);
  assert.deepEqual(namesOf('nas.local.'), ['localhost', 'nas.local']);
  assert.deepEqual(namesOf('my_box'), ['localhost']);
  assert.deepEqual(namesOf('10.0.0.1'), ['localhost', '10.local']);
  assert.deepEqual(namesOf(''), ['localhost']);
});

test('a machine with very many interfaces has a certificate of bounded size', () => {
  const many = Array.from({ length: 300 }, (_, index) => entry(`10.0.${index >> 8}.${index & 255}`));
  assert.equal(localNames({ hostname: 'a', interfaces: { veth: many }, announced: [] }).length, 64);
});
