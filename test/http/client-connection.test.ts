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

/** The peer, its X-Forwarded-For, and the resulting client address. */
const ADDRESSES: [peer: string | undefined, forwardedFor: string | undefined, address: string][] = [
  // No proxy, or an untrusted one.
  ['192.0.2.1', undefined, '192.0.2.1'],
  ['::ffff:192.0.2.1', undefined, '192.0.2.1'],
  ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
  [undefined, '198.51.100.7', ''],
  // One proxy, and entries forged by the client before it.
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
  // Proxies that send nothing, or nothing useful.
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['127.0.0.1', '', '127.0.0.1'],
  ['127.0.0.1', ' , ,', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, unknown', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, <script>, 10.1.1.1', '10.1.1.1'],
  ['127.0.0.1', '198.51.100.7, 999.1.1.1', '127.0.0.1'],
  ['127.0.0.1', '198.51.100.7, _hidden:1\u00e9', '127.0.0.1'],
];

test('the address is the first untrusted one from the right, and entries left of it are ignored', () => {
  for (const [peer, forwardedFor, address] of ADDRESSES)
    assert.equal(
      connection(peer, { 'x-forwarded-for': forwardedFor }).address,
      address,
      JSON.stringify([peer, forwardedFor]),
    );
});

/** The client address by peer, and whether it is a device in the private network. */
const PRIVATE: [peer: string, headers: IncomingHttpHeaders, isPrivate: boolean][] = [
  ['192.168.1.20', {}, true],
  ['::ffff:192.168.1.20', {}, true],
  ['fd12::7', {}, true],
  ['fe80::7%eth0', {}, true],
  ['192.0.2.1', {}, false],
  ['64:ff9b::192.168.1.20', {}, false],
  // Behind a trusted proxy the client's address counts.
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20' }, true],
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20, 10.1.1.1' }, true],
  ['127.0.0.1', { 'x-forwarded-for': '198.51.100.7' }, false],
  // A trusted proxy that does not send the client's address, or sends "unknown".
  ['127.0.0.1', {}, false],
  ['10.1.1.1', {}, false],
  ['127.0.0.1', { 'x-forwarded-for': '10.1.1.1' }, false],
  ['127.0.0.1', { 'x-forwarded-for': '192.168.1.20, unknown' }, false],
  // Gateways, which any client may be behind.
  ['172.17.0.1', {}, false],
  ['192.168.1.1', {}, false],
  ['fe80::1%eth0', {}, false],
  ['127.0.0.1', { 'x-forwarded-for': '172.17.0.1' }, false],
  // Proxies that the server was not told about.
  ['192.168.1.20', { 'x-forwarded-for': '198.51.100.7' }, false],
  ['192.168.1.20', { 'x-forwarded-for': '192.168.1.21' }, false],
  ['192.168.1.20', { forwarded: 'for=198.51.100.7' }, false],
  ['192.168.1.20', { via: '1.1 proxy' }, false],
  ['192.168.1.20', { 'x-real-ip': '198.51.100.7' }, false],
  ['127.0.0.1', { 'x-forwarded-for': '198.51.100.7, 192.168.1.20' }, false],
];

test('a device with a private address is in the private network; proxies and gateways are not', () => {
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

test('a connection is secure when its socket is, or when a trusted proxy reports TLS for every hop', () => {
  for (const [peer, forwardedProto, encrypted, secure] of SECURE)
    assert.equal(
      connection(peer, { 'x-forwarded-proto': forwardedProto }, encrypted).secure,
      secure,
      JSON.stringify([peer, forwardedProto, encrypted]),
    );
});

test('the host is the one the client named, as a trusted proxy forwards it', () => {
  const headers = { host: 'inner:8080', 'x-forwarded-host': 'vigie.example, middle' };
  assert.equal(connection('127.0.0.1', headers).host, 'vigie.example');
  assert.equal(connection('192.0.2.1', headers).host, 'inner:8080');
  assert.equal(connection('127.0.0.1', { host: 'inner:8080' }).host, 'inner:8080');
  assert.equal(connection('127.0.0.1', {}).host, '');
});

test('an edge that names the address of a trusted proxy writes no headers of one', () => {
  const headers = {
    host: 'vigie.example',
    'x-forwarded-for': '192.168.1.7',
    'x-forwarded-host': 'other.example',
    'x-forwarded-proto': 'https',
  };
  const socket = { remoteAddress: '127.0.0.1', encrypted: false, viaEdge: 'paris-1' };
  assert.deepEqual(connectionOf({ headers, socket }), {
    address: '127.0.0.1',
    isPrivate: false,
    secure: false,
    host: 'vigie.example',
    isProxied: false,
    basePath: '',
  });
});
