import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lanAddresses } from '../../../server/core/address/lan-addresses.ts';

const at = (address: string, internal = false) => ({
  address,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
  internal,
});

test('only addresses that others in the network reach are listed, real networks before tunnels', () => {
  const addresses = lanAddresses({
    lo: [at('127.0.0.1', true), at('::1', true)],
    docker0: [at('172.17.0.1')],
    'br-0123456789ab': [at('172.18.0.1')],
    veth12ab34c: [at('fe80::1')],
    virbr0: [at('192.168.122.1')],
    wg0: [at('10.8.0.2')],
    eth0: [at('192.168.1.10'), at('fe80::2'), at('2001:db8::10')],
    wlan0: [at('192.168.1.11'), at('169.254.7.7')],
    br0: [at('192.168.1.10')],
  });
  assert.deepEqual(addresses, ['192.168.1.10', '192.168.1.11', '10.8.0.2']);
});

test('IPv6 is listed only without IPv4', () => {
  const eth0 = [at('fe80::2'), at('fd00::2'), at('2001:db8::2')];
  assert.deepEqual(lanAddresses({ lo: [at('127.0.0.1', true)], eth0 }), ['fd00::2', '2001:db8::2']);
});

test('a machine without a network has no address', () => {
  assert.deepEqual(lanAddresses({ lo: [at('127.0.0.1', true)], gone: undefined }), []);
});
