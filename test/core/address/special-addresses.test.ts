import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseIp, formatIp, type IpAddress } from '../../../server/core/address/ip-address.ts';
import {
  embeddedIpv4,
  isGloballyReachable,
  isLinkLocal,
  isPrivateAddress,
  kindBehind,
  kindOf,
  rangesOf,
} from '../../../server/core/address/special-addresses.ts';
import { boundsOf } from '../../support/ip-arithmetic.ts';
import { specialRangeOf, SPECIAL_RANGES } from '../../support/special-ranges.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? assert.fail(`${text} is no address`);

/** Translated addresses are treated as the embedded one, which has its own tests. */
const isTranslated = (kind: string | undefined): boolean => ['nat64', '6to4', 'teredo'].includes(kind ?? '');

suite('special-purpose addresses', () => {
  for (const { range, kind, reachable } of SPECIAL_RANGES) {
    test(`${range} is ${kind} from its first to its last address, and its neighbours are not`, () => {
      const { first, last, beside } = boundsOf(range);
      assert.equal(kindOf(ip(first)), specialRangeOf(first)?.kind);
      assert.equal(kindOf(ip(last)), specialRangeOf(last)?.kind);
      assert.ok([first, last].some((bound) => specialRangeOf(bound)?.kind === kind) || range === '::/128');
      for (const address of beside)
        assert.equal(kindOf(ip(address)), specialRangeOf(address)?.kind ?? 'public', address);
      if (isTranslated(kind)) return;
      for (const address of [first, last, ...beside].filter((each) => specialRangeOf(each)?.range === range))
        assert.equal(isGloballyReachable(ip(address)), reachable, address);
    });
  }

  test('ordinary addresses are public and globally reachable', () => {
    for (const text of [
      '8.8.8.8',
      '1.1.1.1',
      '2a00:1450:4001::5e',
      '2606:4700:4700::1111',
      '::ffff:8.8.8.8',
    ]) {
      assert.equal(kindOf(ip(text)), 'public', text);
      assert.equal(isGloballyReachable(ip(text)), true, text);
    }
  });
});

/** The same IPv4 address in each IPv6 form. */
const carriers = (hex: string, inverted: string): Record<string, string> => ({
  nat64: `64:ff9b::${hex}`,
  '6to4': `2002:${hex}::1`,
  teredo: `2001:0:4136:e378:8000:63bf:${inverted}`,
});

suite('an IPv4 address embedded in IPv6', () => {
  test('is found behind NAT64, 6to4 and Teredo', () => {
    // RFC 4380 section 4 by example of 192.0.2.45.
    for (const [kind, text] of Object.entries(carriers('c000:22d', '3fff:fdd2'))) {
      assert.equal(kindOf(ip(text)), kind);
      assert.equal(formatIp(embeddedIpv4(ip(text)) ?? assert.fail()), '192.0.2.45', text);
    }
    for (const text of ['192.0.2.45', '2a00::c000:22d', '64:ff9b:1::c000:22d', '::192.0.2.45'])
      assert.equal(embeddedIpv4(ip(text)), undefined, text);
  });

  test('decides the kind of the destination', () => {
    for (const [hex, inverted, kind, reachable] of [
      ['c0a8:101', '3f57:fefe', 'private', false],
      ['7f00:1', '80ff:fffe', 'loopback', false],
      ['a9fe:a9fe', '5601:5601', 'metadata', false],
      ['808:808', 'f7f7:f7f7', 'public', true],
    ] as const)
      for (const text of Object.values(carriers(hex, inverted))) {
        assert.equal(kindBehind(ip(text)), kind, text);
        assert.equal(isGloballyReachable(ip(text)), reachable, text);
      }
  });

  test('is not in the private network: the peer came through a translator or a tunnel', () => {
    for (const text of Object.values(carriers('c0a8:101', '3f57:fefe')))
      assert.equal(isPrivateAddress(text), false);
  });
});

suite('private address', () => {
  const PRIVATE = `127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.20 169.254.7.7 ::1
    ::ffff:192.168.1.20 ::FFFF:10.1.2.3 fe80::1 fe80::1%eth0 fd12:3456::1`.split(/\s+/);
  const OTHERS = `8.8.8.8 172.15.255.255 172.32.0.1 192.169.0.1 11.0.0.1 100.64.0.1 0.0.0.0 :: ::ffff:8.8.8.8
    2001:db8::1 fec0::1 169.254.169.254 fd00:ec2::254 localhost 10.0.0.1.example.com 010.0.0.1 10.1`.split(
    /\s+/,
  );
  for (const address of PRIVATE) test(`${address} is private`, () => assert.ok(isPrivateAddress(address)));
  for (const address of [...OTHERS, ''])
    test(`"${address}" is not`, () => assert.ok(!isPrivateAddress(address)));

  test('link-local addresses are valid on one link only', () => {
    for (const text of ['169.254.7.7', 'fe80::1', 'fe80::1%en0', 'febf::1'])
      assert.ok(isLinkLocal(text), text);
    for (const text of ['169.253.7.7', 'fec0::1', '10.0.0.1', '']) assert.ok(!isLinkLocal(text), text);
  });
});

test('the ranges of a kind can be listed, for certificates and trusted proxies', () => {
  assert.deepEqual(rangesOf('private').toSorted(), [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    'fc00::/7',
  ]);
  assert.deepEqual(rangesOf('loopback', 'shared').toSorted(), ['100.64.0.0/10', '127.0.0.0/8', '::1/128']);
});
