import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offeredAddresses } from '../../../server/core/reach/offered-addresses.ts';

const LOOPBACK = {
  lo: [
    { address: '127.0.0.1', family: 'IPv4', internal: true },
    { address: '::1', family: 'IPv6', internal: true },
  ],
};
const LAN = { eth0: [{ address: '192.168.1.10', family: 'IPv4', internal: false }] };

test('announced addresses come first', () => {
  const offered = offeredAddresses({ announced: ['203.0.113.7'], interfaces: LAN }, '192.168.1.20');
  assert.deepEqual(offered, ['203.0.113.7', '192.168.1.10']);
});

test('loopback addresses are given only to viewers on this machine', () => {
  const server = { announced: [], interfaces: { ...LOOPBACK, ...LAN } };
  for (const viewer of ['127.0.0.1', '::1'])
    assert.deepEqual(offeredAddresses(server, viewer), ['192.168.1.10', '127.0.0.1']);
  assert.deepEqual(offeredAddresses(server, '192.168.1.20'), ['192.168.1.10']);
});

test('a machine without other interfaces gives its loopback address', () => {
  assert.deepEqual(offeredAddresses({ announced: [], interfaces: LOOPBACK }, '192.168.1.20'), ['127.0.0.1']);
});

test('no address is given twice, and none that needs a zone', () => {
  const interfaces = { eth0: [...LAN.eth0, { address: 'fe80::1', family: 'IPv6', internal: false }] };
  const offered = offeredAddresses({ announced: ['192.168.1.10'], interfaces }, '192.168.1.20');
  assert.deepEqual(offered, ['192.168.1.10']);
});
