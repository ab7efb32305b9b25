import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIceServerUrl } from '../../../server/core/stun-turn/ice-server-url.ts';

const UNDERSTOOD: [url: string, scheme: string, transport: string, host: string, port: number][] = [
  ['stun:a.example', 'stun', 'udp', 'a.example', 3478],
  ['turn:a.example', 'turn', 'udp', 'a.example', 3478],
  ['turn:192.0.2.1:65535?transport=tcp', 'turn', 'tcp', '192.0.2.1', 65_535],
  ['turns:a.example', 'turn', 'tls', 'a.example', 5349],
  ['turns:a.example:443?transport=tcp', 'turn', 'tls', 'a.example', 443],
  ['turn:[2001:db8::1]:1?transport=udp', 'turn', 'udp', '2001:db8::1', 1],
];

for (const [url, scheme, transport, host, port] of UNDERSTOOD) {
  test(`${url} is ${scheme} over ${transport} to port ${port}`, () => {
    assert.deepEqual(parseIceServerUrl(url), { scheme, transport, host, port });
  });
}

const REFUSED = [
  '',
  'turn:',
  'http://a.example',
  'turn:a.example:0',
  'turn:a.example:65536',
  'turn:a.example:99999',
  'turn:a.example:3478?transport=sctp',
  // RFC 7064 has no transport; browsers refuse it.
  'stun:a.example?transport=udp',
  // An IPv6 address stands in brackets.
  'turn:2001:db8::1',
  'turn:user@a.example',
];

for (const url of REFUSED) {
  test(`"${url}" is not a URL of a STUN or TURN server`, () => {
    assert.equal(parseIceServerUrl(url), undefined);
  });
}
