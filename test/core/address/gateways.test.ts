import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewaysOf } from '../../../server/core/address/gateways.ts';

/** The tables of a container on two bridges, one of them with IPv6. */
const IPV4_ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	FE0011AC	0003	0	0	0	00000000	0	0	0
eth0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
eth1	000A0A0A	070A0A0A	0003	0	0	0	00FFFFFF	0	0	0
`;
const IPV6_ROUTES = `fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd0000000000000000000000000000fe 00000400 00000003 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

test('gateways are the next hops of all routes, the first address of each network of this machine, and its own addresses', () => {
  const gateways = gatewaysOf({
    interfaces: ['127.0.0.1/8', '::1/128', '172.17.0.2/16', '10.10.10.9/24', 'fd00::2/64', 'fe80::42/64'],
    ipv4Routes: IPV4_ROUTES,
    ipv6Routes: IPV6_ROUTES,
  });
  const expected = ['172.17.0.254', '172.17.0.1', '172.17.0.2', '10.10.10.7', '10.10.10.1', '10.10.10.9'];
  expected.push('fd00::fe', 'fd00::1', 'fd00::2', 'fe80::1', 'fe80::42');
  assert.deepEqual([...gateways].toSorted(), expected.toSorted());
});

test('a network of one or two addresses has no separate first address', () => {
  const interfaces = ['10.1.1.4/32', '10.1.1.6/31', 'fd00::4/128', 'fd00::6/127'];
  const gateways = gatewaysOf({ interfaces, ipv4Routes: '', ipv6Routes: '' });
  assert.deepEqual([...gateways], ['10.1.1.4', '10.1.1.6', 'fd00::4', 'fd00::6']);
});

test('malformed tables name no gateway', () => {
  const gateways = gatewaysOf({ interfaces: ['', 'eth0'], ipv4Routes: 'Iface\n\0', ipv6Routes: 'none' });
  assert.equal(gateways.size, 0);
});
