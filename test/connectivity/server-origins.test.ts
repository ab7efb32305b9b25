import assert from 'node:assert/strict';
import { test } from 'node:test';
import { X509Certificate } from 'node:crypto';
import { serverOrigins, type ServerOriginsOf } from '../../server/connectivity/server-origins.ts';
import { makeAuthority, issueServerCertificate } from '../../server/tls/local-certificates.ts';

const INTERFACES: ServerOriginsOf['interfaces'] = {
  lo: [{ address: '127.0.0.1', family: 'IPv4', internal: true }],
  eth0: [{ address: '192.168.1.10', family: 'IPv4', internal: false }],
  wlan0: [{ address: '192.168.2.10', family: 'IPv4', internal: false }],
};

function origins(options: Partial<ServerOriginsOf>): string[] {
  return serverOrigins({
    httpHost: undefined,
    httpPort: 8080,
    announced: [],
    interfaces: INTERFACES,
    certificate: undefined,
    ...options,
  });
}

test('a server without a certificate has one origin per LAN address', () => {
  assert.deepEqual(origins({}), ['http://192.168.1.10:8080', 'http://192.168.2.10:8080']);
  assert.deepEqual(origins({ httpPort: 80, httpHost: '::' }), ['http://192.168.1.10', 'http://192.168.2.10']);
});

test('announced LAN addresses come before the interfaces, as in a container, and all others after', () => {
  const announced = ['203.0.113.7', '10.1.1.1', 'cams.example.org', '2001:db8::7'];
  assert.deepEqual(origins({ announced }), [
    'http://10.1.1.1:8080',
    'http://192.168.1.10:8080',
    'http://192.168.2.10:8080',
    'http://203.0.113.7:8080',
    'http://cams.example.org:8080',
    'http://[2001:db8::7]:8080',
  ]);
});

test('a server that listens on one address has that origin only, and none on loopback', () => {
  assert.deepEqual(origins({ httpHost: '192.168.2.10' }), ['http://192.168.2.10:8080']);
  for (const httpHost of ['127.0.0.1', '::1', 'localhost', '127.1.2.3'])
    assert.deepEqual(origins({ httpHost }), [], httpHost);
});

test('with a certificate only the origins it covers are listed, including names that boards can resolve', async () => {
  const authority = await makeAuthority(['box.lan'], Date.now());
  const names = ['localhost', '127.0.0.1', 'box', 'box.local', 'box.lan', '192.168.2.10'];
  const { cert } = await issueServerCertificate(authority, names, Date.now());
  assert.match(new X509Certificate(cert).subjectAltName ?? '', /DNS:box\.local/);
  assert.deepEqual(origins({ certificate: cert, announced: ['cams.example.org'] }), [
    'https://192.168.2.10:8080',
    'https://box.lan:8080',
  ]);
});
