import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackOrigin, originsForDevices } from '../../../client/devices/device-origins.ts';

const LAN = ['http://192.168.1.10:8080', 'http://192.168.2.10:8080'];
const LAN_TLS = ['https://192.168.1.10:8080'];

/** The page's origin, the server's origins, the offered ones. */
const CASES: [page: string, served: string[], offered: string[]][] = [
  ['http://localhost:8080', LAN, LAN],
  ['http://127.0.0.1:8080', LAN, LAN],
  ['http://[::1]:8080', LAN, LAN],
  ['http://vigie.localhost:8080', LAN, LAN],
  ['https://localhost:8080', LAN_TLS, LAN_TLS],
  // Through a tunnel or a development server at another port.
  ['http://localhost:5173', LAN, LAN],
  // The page's origin first, and only once.
  ['http://192.168.2.10:8080', LAN, ['http://192.168.2.10:8080', 'http://192.168.1.10:8080']],
  ['http://nas:8080', LAN, ['http://nas:8080', ...LAN]],
  ['http://nas.local:8080', LAN, [...LAN, 'http://nas.local:8080']],
  // Behind a proxy the server itself uses plain http, which is not offered to devices.
  ['https://cams.example.org', LAN, ['https://cams.example.org']],
  ['https://cams.example.org:8443', LAN_TLS, ['https://cams.example.org:8443', ...LAN_TLS]],
  ['https://192.168.1.10:8080', [...LAN, ...LAN_TLS], LAN_TLS],
  // A proxy on the same machine that is unknown outside: the server itself is offered.
  ['https://localhost:8443', LAN, LAN],
  // There is no other.
  ['http://localhost:8080', [], ['http://localhost:8080']],
  ['https://cams.example.org', [], ['https://cams.example.org']],
];

test('a device gets an address it can reach, as secure as the page', () => {
  for (const [page, served, offered] of CASES)
    assert.deepEqual(originsForDevices(page, served), offered, `${page}, ${served.join()}`);
});

test('localhost is recognized in every notation', () => {
  for (const host of ['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
    assert.equal(isLoopbackOrigin(`http://${host}:8080`), true, host);
  for (const host of ['localhost.lan', '128.0.0.1', '192.168.1.10', '[fd00::1]'])
    assert.equal(isLoopbackOrigin(`http://${host}`), false, host);
});
