import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../../server/core/address/network.ts';

test('IPv6 is counted by /64, /56 or /48', () => {
  for (const [address, by64, by56, by48] of [
    ['2001:db8:1:2ff::1', '2001:db8:1:2ff::/64', '2001:db8:1:200::/56', '2001:db8:1::/48'],
    ['2001:DB8:1:2ff:a:b:c:d', '2001:db8:1:2ff::/64', '2001:db8:1:200::/56', '2001:db8:1::/48'],
    ['fe80::1%eth0', 'fe80::/64', 'fe80::/56', 'fe80::/48'],
  ] as const) {
    assert.equal(networkOf(address), by64);
    assert.equal(networkOf(address, 56), by56);
    assert.equal(networkOf(address, 48), by48);
  }
});

test('IPv4 is counted by address, in every form', () => {
  for (const address of [
    '192.0.2.45',
    '::ffff:192.0.2.45',
    '64:ff9b::192.0.2.45',
    '2002:c000:22d:ffff::9',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  ])
    for (const prefix of [64, 56, 48] as const)
      assert.equal(networkOf(address, prefix), '192.0.2.45', address);
});

test('text that is not an address is counted as it is', () => {
  assert.equal(networkOf(''), '');
  assert.equal(networkOf('unix'), 'unix');
});
