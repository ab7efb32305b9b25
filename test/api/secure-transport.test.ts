import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import { cameOverTls } from '../../server/api/secure-transport.ts';

const TABLE: [name: string, header: string | undefined, isProxy: boolean, isTls: boolean, secure: boolean][] =
  [
    ['TLS to this server', undefined, false, true, true],
    ['plain', undefined, false, false, false],
    ['plain, with a header anybody can write', 'https', false, false, false],
    ['a trusted proxy that says https', 'https', true, false, true],
    ['a trusted proxy that says wss', 'WSS', true, false, true],
    ['a trusted proxy that says http', 'http', true, false, false],
    ['a trusted proxy that says nothing', undefined, true, false, false],
    ['a trusted proxy that says nothing of use', '', true, false, false],
    ['two proxies, both https', 'https, https', true, false, true],
    ['two proxies, the outer one plain', 'http, https', true, false, false],
    ['two proxies, the inner one plain', 'https, http', true, false, false],
  ];
for (const [name, header, isProxy, isTls, secure] of TABLE) {
  test(`${name}: ${secure ? 'secure' : 'not secure'}`, () => {
    const socket = isTls ? new TLSSocket(new Socket()) : new Socket();
    const request = new IncomingMessage(socket);
    if (header !== undefined) request.headers['x-forwarded-proto'] = header;
    assert.equal(
      cameOverTls(request, () => isProxy),
      secure,
    );
    socket.destroy();
  });
}
