import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { clientConnections, type ClientConnection } from '../../server/http/client-connection.ts';
import { trustedProxies } from '../../server/http/trusted-proxies.ts';

const GATEWAYS = new Set(['172.17.0.1', '192.168.1.1', 'fe80::1']);
const connectionOf = clientConnections(
  trustedProxies(['loopback', '10.0.0.0/8', '2001:db8:1::/48']),
  (address) => GATEWAYS.has(address),
);

function connection(
  peer: string | undefined,
  headers: IncomingHttpHeaders,
  encrypted?: true,
): ClientConnection {
  return connectionOf({ headers, socket: { remoteAddress: peer, encrypted } } as unknown as IncomingMessage);
}

/** What X-Forwarded-For says, by which peer, and whose request it therefore is. */
const ADDRESSES: [peer: string | undefined, forwardedFor: string | undefined, address: string][] = [
  // Nobody in front, or nobody that is believed.
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
  [undefined, '198.51.100.7', ''],
  // One proxy, and what the client made up before it.
  ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['127.0.0.1', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
  ['127.0.0.1', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
  ['127.0.0.1', '2001:db8::7', '2001:db8::7'],
  ['127.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['127.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
  ['127.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
  // Several proxies.
  ['127.0.0.1', '203.0.113.9, 198.51.100.7, 10.1.1.1', '198.51.100.7'],
  ['2001:db8:1::1', '198.51.100.7,10.1.1.1 , 127.0.0.1', '198.51.100.7'],
  ['127.0.0.1', '10.1.1.1, 10.1.1.2', '10.1.1.1'],
  // Proxies that say nothing, or nothing of use.
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['127.0.0.1', ' , ,', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, unknown', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, <script>, 10.1.1.1', '10.1.1.1'],
  ['127.0.0.1', '198.51.100.7, 999.1.1.1', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, _hidden:1\u00e9', '127.0.0.1'],
];

test('the address is that of the first stranger from the right, and what stands left of it is not believed', () => {
  for (const [peer, forwardedFor, address] of ADDRESSES)
    assert.equal(
      connection(peer, { 'x-forwarded-for': forwardedFor }).address,
      address,
      JSON.stringify([peer, forwardedFor]),
    );
});

/** Whose request it is, by which peer, and whether it comes from a device in the private network. */
const PRIVATE: [peer: string, headers: IncomingHttpHeaders, isPrivate: boolean][] = [
  ['192.168.1.20', {}, true],
  ['::ffff:192.168.1.20', {}, true],
  ['fd12::7', {}, true],
  ['fe80::7%eth0', {}, true],
  ['192.0.2.1', {}, false],
  ['64:ff9b::192.168.1.20', {}, false],
  // Behind a trusted proxy it is the client's address that counts.
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20' }, true],
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20, 10.1.1.1' }, true],
  ['127.0.0.1', { 'x-forwarded-for': '198.51.100.7' }, false],
  // A trusted proxy that does not say for whom it asks, or says that it does not know.
  ['127.0.0.1', {}, false],
  ['10.1.1.1', {}, false],
  ['127.0.0.1', { 'x-forwarded-for': '10.1.1.1' }, false],
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20, unknown' }, false],
  // Gateways, behind which is everybody.
  ['172.17.0.1', {}, false],
  ['192.168.1.1', {}, false],
  ['fe80::1%eth0', {}, false],
  ['127.0.0.1', { 'x-forwarded-for': '172.17.0.1' }, false],
  // Proxies nobody told the server about.
  ['192.168.1.20', { 'x-forwarded-for': '198.51.100.7' }, false],
  ['192.168.1.20', { 'x-forwarded-for': '192.168.1.21' }, false],
  ['192.168.1.20', { forwarded: 'for=198.51.100.7' }, false],
  ['192.168.1.20', { via: '1.1 proxy' }, false],
  ['192.168.1.20', { 'x-real-ip': '198.51.100.7' }, false],
  ['127.0.0.1', { 'x-forwarded-for': '198.51.100.7, 192.168.1.20' }, false],
];

test('a device in the private network is one whose own address is private; proxies and gateways are none', () => {
  for (const [peer, headers, isPrivate] of PRIVATE)
    assert.equal(connection(peer, headers).isPrivate, isPrivate, JSON.stringify([peer, headers]));
});

const SECURE: [
  peer: string,
  forwardedProto: string | undefined,
  encrypted: true | undefined,
  secure: boolean,
][] = [
  ['192.0.2.1', undefined, undefined, false],
  ['192.0.2.1', undefined, true, true],
  ['192.0.2.1', 'https', undefined, false],
  ['192.0.2.1', 'http', true, true],
  ['127.0.0.1', undefined, undefined, false],
  ['127.0.0.1', undefined, true, true],
  ['127.0.0.1', 'https', undefined, true],
  ['127.0.0.1', 'HTTPS', undefined, true],
  ['127.0.0.1', 'https, https', undefined, true],
  ['127.0.0.1', 'http', true, false],
  ['127.0.0.1', 'https, http', true, false],
  ['127.0.0.1', 'http, https', true, false],
  ['127.0.0.1', 'httpsx', undefined, false],
  ['127.0.0.1', 'wss', undefined, true],
  ['127.0.0.1', 'https,', undefined, true],
  ['127.0.0.1', '', undefined, false],
];

test('a connection is secure when its socket is, or when a trusted proxy says so for every hop', () => {
  for (const [peer, forwardedProto, encrypted, secure] of SECURE)
    assert.equal(
      connection(peer, { 'x-forwarded-proto': forwardedProto }, encrypted).secure,
      secure,
      JSON.stringify([peer, forwardedProto, encrypted]),
    );
});

test('the host is the one the client named, which a trusted proxy may have put aside', () => {
  const headers = { host: 'inner:8080', 'x-forwarded-host': 'vigie.example, middle' };
  assert.equal(connection('127.0.0.1', headers).host, 'vigie.example');
  assert.equal(connection('192.0.2.1', headers).host, 'inner:8080');
  assert.equal(connection('127.0.0.1', { host: 'inner:8080' }).host, 'inner:8080');
  assert.equal(connection('127.0.0.1', {}).host, '');
});
