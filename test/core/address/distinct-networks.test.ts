import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DistinctNetworks } from '../../../server/core/address/distinct-networks.ts';

const DAY_MS = 24 * 3_600_000;

test('the network that reaches the limit is told once a day', () => {
  const networks = new DistinctNetworks(3);
  const added = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'];
  assert.deepEqual(
    added.map((address) => networks.add(address, 0)),
    [false, false, false, true, false, false],
  );
  assert.deepEqual(
    ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => networks.add(address, DAY_MS)),
    [false, false, true],
  );
});

test('the addresses of one line of IPv6 are one network', () => {
  const networks = new DistinctNetworks(2);
  for (let host = 1; host < 50; host++) assert.equal(networks.add(`2001:db8::${host}`, 0), false);
  assert.equal(networks.add('2001:db8:1::1', 0), true);
});
