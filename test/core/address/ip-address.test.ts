import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { suite, test } from 'node:test';
import {
  canonicalIp,
  ipOfBytes,
  ipRanges,
  maskIp,
  parseIp,
  parseIpRange,
  formatIp,
} from '../../../server/core/address/ip-address.ts';
import { seededRandom } from '../../support/seeded-random.ts';

suite('an IP address', () => {
  for (const [text, spelling] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::192.0.2.1', '::c000:201'],
    ['2001:DB8::7', '2001:db8::7'],
    ['2001:db8:0:0:0:0:0:7', '2001:db8::7'],
    ['2001:0db8:0001:0002:0003:0004:0005:0006', '2001:db8:1:2:3:4:5:6'],
    // RFC 5952 section 4.2: a single group of zeros stays, the longest run is omitted, the first of equals.
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['0:0:ffff:0:0:1:ffff:1', '::ffff:0:0:1:ffff:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['fe80::1%eth0.100', 'fe80::1'],
  ] as const)
    test(`${text} is written as ${spelling}`, () => assert.equal(canonicalIp(text), spelling));

  for (const text of `localhost 1.2.3 1.2.3.256 01.2.3.4 0x7f.0.0.1 2130706433 1.2.3.4. 1.2.3.4:80 : ::: 1::2::3
    1:2:3:4:5:6:7 1:2:3:4:5:6:7:8: 1:2:3:4:5:6:7:8:9 1::2:3:4:5:6:7:8 12345:: ::1.2.3 ::1.2.3.04 1.2.3.4:: [::1] g::
    %eth0 fe80::1% 192.0.2.1%eth0`.split(/\s+/))
    test(`"${text}" is refused`, () => assert.equal(parseIp(text), undefined));

  test('is accepted exactly when a socket accepts it, and reads as the same', (context) => {
    const { random, label } = seededRandom();
    context.diagnostic(label);
    const pieces = [
      ':',
      '::',
      '.',
      '0',
      '1',
      'f',
      'ffff',
      '00000',
      '255',
      '256',
      '01',
      '1.2.3.4',
      'g',
      '%1',
      '::ffff:',
    ];
    pieces.push('1:2:3:4:5:6:7:8', '1:2:3:4:5:6', '0:0', '64:ff9b::', '1:', ':1');
    const pick = (): string => pieces[Math.floor(random() * pieces.length)] ?? '';
    let addresses = 0;
    for (let round = 0; round < 100_000; round++) {
      const text = Array.from({ length: 1 + Math.floor(random() * 8) }, pick).join('');
      const spelling = canonicalIp(text);
      assert.equal(spelling !== undefined, isIP(text) !== 0, text);
      if (spelling === undefined) continue;
      addresses++;
      if (isIP(text) === 4) assert.equal(spelling, text);
      else
        assert.equal(
          hostname(spelling.includes(':') ? spelling : `::ffff:${spelling}`),
          hostname(text),
          text,
        );
    }
    assert.ok(addresses > 1000, `${addresses} addresses`);
  });

  test('can be made from 4 or 16 bytes', () => {
    assert.equal(formatIp(ipOfBytes(Uint8Array.of(192, 0, 2, 1))), '192.0.2.1');
    const bytes = new Uint8Array(16);
    bytes.set([0x20, 0x01, 0x0d, 0xb8]);
    assert.equal(formatIp(ipOfBytes(bytes)), '2001:db8::');
    bytes.fill(0);
    bytes.set([0xff, 0xff, 192, 0, 2, 1], 10);
    assert.equal(formatIp(ipOfBytes(bytes)), '192.0.2.1');
  });
});

/** In the URL standard's form, which is RFC 5952 except for dotted tails. */
function hostname(address: string): string {
  return new URL(`http://[${address.replace(/%.*/, '')}]`).hostname;
}

const masked = (text: string, prefix: number): string =>
  formatIp(maskIp(parseIp(text) ?? assert.fail(), prefix));

suite('a range of addresses', () => {
  test('contains its addresses in every notation, and no others', () => {
    const isIn = ipRanges([
      '192.0.2.7',
      '10.0.0.0/8',
      '2001:db8::/32',
      '::ffff:172.16.0.0/108',
      '0.0.0.0/32',
      '::/127',
    ]);
    for (const text of [
      '192.0.2.7',
      '::ffff:192.0.2.7',
      '10.255.255.255',
      '2001:db8:ffff::1',
      '172.31.0.1',
      '::1',
    ])
      assert.equal(isIn(text), true, text);
    for (const text of [
      '192.0.2.8',
      '9.255.255.255',
      '11.0.0.0',
      '2001:db9::',
      '172.32.0.1',
      '::2',
      '0.0.0.1',
      '',
      'a',
    ])
      assert.equal(isIn(text), false, text);
  });

  test('the range of one family contains no address of the other', () => {
    assert.equal(ipRanges(['0.0.0.0/0'])('2001:db8::1'), false);
    assert.equal(ipRanges(['::/0'])('192.0.2.1'), false);
    assert.equal(ipRanges(['::/0'])('2001:db8::1'), true);
  });

  for (const text of [
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::ffff:10.0.0.0/95',
    'fe80::1%a/64',
  ])
    test(`${text} is refused`, () => assert.equal(parseIpRange(text), undefined));

  test('masking keeps the first bits only', () => {
    assert.equal(masked('2001:db8:1:2ff:ffff::1', 64), '2001:db8:1:2ff::');
    assert.equal(masked('2001:db8:1:2ff:ffff::1', 56), '2001:db8:1:200::');
    assert.equal(masked('2001:db8:1:2ff:ffff::1', 50), '2001:db8:1::');
    assert.equal(masked('ffff::', 3), 'e000::');
    assert.equal(masked('192.0.2.255', 28), '192.0.2.240');
    assert.equal(masked('192.0.2.255', 0), '0.0.0.0');
    assert.equal(masked('192.0.2.255', 32), '192.0.2.255');
  });
});
