import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { suite, test } from 'node:test';
import {
  assertMayReceive,
  isReceiverForWebhooks,
  isReceiverForPush,
  lookupReceiver,
} from '../../server/outbound/receiver-address.ts';
import { specialRangeOf, SPECIAL_RANGES } from '../support/special-ranges.ts';
import { boundsOf } from '../support/ip-arithmetic.ts';

/** Allowed for webhooks besides the internet: hubs and servers in the LAN. */
const OF_THE_HOUSE = new Set(['private', 'shared', 'loopback']);
const TRANSLATED = new Set(['nat64', '6to4', 'teredo']);

suite('addresses of receivers', () => {
  for (const { range, kind } of SPECIAL_RANGES.filter((each) => !TRANSLATED.has(each.kind)))
    test(`${range} (${kind}): its bounds and their neighbours`, () => {
      const { first, last, beside } = boundsOf(range);
      for (const address of [first, last, ...beside]) {
        const special = specialRangeOf(address);
        if (TRANSLATED.has(special?.kind ?? '')) continue;
        assert.equal(isReceiverForPush(address), special === undefined, `push to ${address}`);
        const inHouse = special === undefined || special.reachable || OF_THE_HOUSE.has(special.kind);
        assert.equal(isReceiverForWebhooks(address), inHouse, `webhook to ${address}`);
      }
    });

  // The same IPv4 address plain, mapped, behind NAT64, by 6to4 and by Teredo.
  for (const [ipv4, hex, inverted, push, webhook] of [
    ['8.8.8.8', '808:808', 'f7f7:f7f7', true, true],
    ['192.168.1.1', 'c0a8:101', '3f57:fefe', false, true],
    ['127.0.0.1', '7f00:1', '80ff:fffe', false, true],
    ['169.254.169.254', 'a9fe:a9fe', '5601:5601', false, false],
    ['168.63.129.16', 'a83f:8110', '57c0:7eef', false, false],
    ['100.100.100.200', '6464:64c8', '9b9b:9b37', false, false],
    ['203.0.113.1', 'cb00:7101', '34ff:8efe', false, false],
    ['0.0.0.0', '0:0', 'ffff:ffff', false, false],
    ['255.255.255.255', 'ffff:ffff', '0:0', false, false],
  ] as const)
    test(`${ipv4} is treated the same in every IPv6 form`, () => {
      for (const address of [
        ipv4,
        `::ffff:${ipv4}`,
        `64:ff9b::${hex}`,
        `2002:${hex}::1`,
        `2001:0:4136:e378:8000:63bf:${inverted}`,
      ]) {
        assert.equal(isReceiverForPush(address), push, `push to ${address}`);
        assert.equal(isReceiverForWebhooks(address), webhook, `webhook to ${address}`);
      }
    });

  test("metadata services of clouds get nothing, not even an administrator's webhook", () => {
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      'fd20:ce::254',
      '168.63.129.16',
      '100.100.100.200',
    ]) {
      assert.equal(isReceiverForWebhooks(address), false, address);
      assert.equal(isReceiverForPush(address), false, address);
    }
  });

  test('an address in a URL is refused before connecting, in brackets too; a name is resolved later', () => {
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]'])
      assert.throws(() => assertMayReceive(host, isReceiverForPush), /not allowed for receivers/, host);
    assertMayReceive('localhost', isReceiverForPush);
  });

  test('only the allowed addresses of a name are connected to', async () => {
    const answered = Promise.withResolvers<[Error | null, string | LookupAddress[]]>();
    lookupReceiver(isReceiverForPush)('localhost', { all: true }, (error, addresses) =>
      answered.resolve([error, addresses]),
    );
    const [error] = await answered.promise;
    assert.match(error?.message ?? '', /not allowed for receivers/);
  });
});
