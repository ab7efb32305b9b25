import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  isOutside,
  offeredAddresses,
  type KnownAddresses,
} from '../../../server/core/reach/offered-addresses.ts';

const LOOPBACK = {
  lo: [
    { address: '127.0.0.1', family: 'IPv4', internal: true },
    { address: '::1', family: 'IPv6', internal: true },
  ],
};
const LAN = { eth0: [{ address: '192.168.1.10', family: 'IPv4', internal: false }] };
const MAPPED = { address: '51.15.7.2', port: 40_000 };
/** A machine at home as it often is: containers, a tunnel, three addresses of IPv6. */
const HOME: KnownAddresses = {
  port: 8081,
  announced: [],
  source: ['2a01:db9:1:2::c'],
  mapped: MAPPED,
  relayMayBeInside: false,
  interfaces: {
    ...LOOPBACK,
    docker0: [{ address: '172.17.0.1', family: 'IPv4', internal: false }],
    tailscale0: [{ address: '100.101.102.103', family: 'IPv4', internal: false }],
    eth0: [
      ...LAN.eth0,
      { address: 'fe80::1', family: 'IPv6', internal: false },
      { address: 'fd00::10', family: 'IPv6', internal: false },
      { address: '2a01:db9:1:2::a', family: 'IPv6', internal: false },
      { address: '2a01:db9:1:2::b', family: 'IPv6', internal: false },
      { address: '2a01:db9:1:2::c', family: 'IPv6', internal: false },
    ],
  },
};
const VIEWER_AWAY = '9.8.7.6';

/** @returns `address port` of each */
function offered(server: Partial<KnownAddresses>, viewer: string): string[] {
  return offeredAddresses({ ...HOME, ...server }, viewer).map(({ address, port }) => `${address} ${port}`);
}

suite('a viewer from outside', () => {
  test('gets the mapped address and one public address per family, that from which the system sends', () => {
    assert.deepEqual(offered({}, VIEWER_AWAY), ['51.15.7.2 40000', '2a01:db9:1:2::c 8081']);
  });

  test('gets the announced public addresses first', () => {
    const announced = ['192.168.1.10', '51.15.7.2'];
    assert.deepEqual(offered({ announced }, VIEWER_AWAY), [
      '51.15.7.2 8081',
      '51.15.7.2 40000',
      '2a01:db9:1:2::c 8081',
    ]);
  });

  test('gets no address twice: a NAT may keep the port, and a public machine has no NAT', () => {
    const mapped = { address: '51.15.7.2', port: 8081 };
    assert.deepEqual(offered({ announced: ['51.15.7.2'], mapped, interfaces: LAN }, VIEWER_AWAY), [
      '51.15.7.2 8081',
    ]);
  });

  test('gets private addresses last, where a relay in the network of the server may need them', () => {
    const server = { interfaces: LAN, relayMayBeInside: true };
    assert.deepEqual(offered(server, VIEWER_AWAY), ['51.15.7.2 40000', '192.168.1.10 8081']);
  });

  test('gets everything when nothing else is left', () => {
    assert.deepEqual(offered({ mapped: undefined, interfaces: LAN }, VIEWER_AWAY), ['192.168.1.10 8081']);
  });
});

suite('a viewer inside', () => {
  test('gets every address, the announced ones first and the mapped one last, and none that needs a zone', () => {
    const server = { announced: ['192.168.1.10'], interfaces: LAN };
    assert.deepEqual(offered(server, '192.168.1.20'), ['192.168.1.10 8081', '51.15.7.2 40000']);
    const all = offered({}, '192.168.1.20');
    assert.equal(all.length, 8);
    assert.equal(all.at(-1), '51.15.7.2 40000');
    assert.ok(all.every((address) => !address.startsWith('fe80')));
  });

  test('gets loopback addresses only on the machine of the server', () => {
    for (const viewer of ['127.0.0.1', '::1'])
      assert.ok(offered({}, viewer).includes('127.0.0.1 8081'), viewer);
    assert.ok(!offered({}, '192.168.1.20').includes('127.0.0.1 8081'));
  });

  test('gets the loopback address of a machine without other interfaces', () => {
    assert.deepEqual(offered({ mapped: undefined, interfaces: LOOPBACK }, '192.168.1.20'), [
      '127.0.0.1 8081',
    ]);
  });
});

test('a viewer is outside unless its address is private or in a network of the server', () => {
  const outside = [VIEWER_AWAY, '2a01:db9:1:3::1', '64:ff9b::908:706'];
  const inside = ['192.168.7.7', '100.64.1.1', '127.0.0.1', 'fd12::1', MAPPED.address, '2a01:db9:1:2::99'];
  for (const viewer of outside) assert.equal(isOutside(HOME, viewer), true, viewer);
  for (const viewer of inside) assert.equal(isOutside(HOME, viewer), false, viewer);
  assert.equal(isOutside({ ...HOME, announced: ['51.15.9.9'] }, '51.15.9.9'), false);
});
