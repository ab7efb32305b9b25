import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { cutOff } from '../../server/http/cut-off.ts';
import { HttpServer, type UpgradeHandler } from '../../server/http/http-server.ts';
import type { CertificatePair } from '../../server/core/certificate-pair.ts';
import { createLog } from '../../server/log.ts';
import { until } from '../support/until.ts';
import { makeCertificate } from '../support/certificates.ts';

/** More than all buffers between server and reader hold. */
const BYTES = 40_000_000;

const answered: RequestListener = (_request, response) => response.end('answered');

interface Seen {
  encrypted: boolean;
  head: string;
}

async function startHttps(context: TestContext, pair: CertificatePair, app: RequestListener = answered) {
  const seen: Seen[] = [];
  const upgrade: UpgradeHandler = (request, socket, head) => {
    seen.push({
      encrypted: (request.socket as Partial<TLSSocket>).encrypted ?? false,
      head: head.toString(),
    });
    socket.end('HTTP/1.1 101 Taken\r\n\r\n');
  };
  const server = new HttpServer({
    app,
    upgrades: { '/camera': upgrade, '/signaling': upgrade },
    tls: {
      pair,
      plainUpgrades: { '/camera': () => undefined },
      plainFiles: (request, response) => {
        if (request.url !== '/ca.crt') return false;
        response.end('the certificate');
        return true;
      },
    },
    log: createLog('silent'),
    timeouts: { headersMs: 400, bodyMs: 600, idleMs: 5_000, checkIntervalMs: 50 },
  });
  context.after(() => server.close());
  return { server, port: await server.listen(0, '127.0.0.1'), seen };
}

async function startPlain(context: TestContext, app: RequestListener) {
  const server = new HttpServer({ app, log: createLog('silent') });
  context.after(() => server.close());
  return { port: await server.listen(0, '127.0.0.1') };
}

async function exchange(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const plain = (port: number, text: string): Promise<string> => exchange(connect(port, '127.0.0.1'), text);

async function handshake(port: number, ca: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = tlsConnect({
    port,
    host: '127.0.0.1',
    ca,
    checkServerIdentity: () => undefined,
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
}

const upgradeTo = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

test('requests and upgrades are answered over TLS', async (context) => {
  const pair = await makeCertificate();
  const { port, seen } = await startHttps(context, pair);
  const request = httpsRequest({
    port,
    host: '127.0.0.1',
    ca: pair.cert,
    servername: 'localhost',
    agent: false,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  assert.equal(String(await once(response, 'data')), 'answered');
  const answer = await exchange(await handshake(port, pair.cert), `${upgradeTo('/signaling')}early`);
  assert.match(answer, /^HTTP\/1\.1 101/);
  assert.deepEqual(seen, [{ encrypted: true, head: 'early' }]);
});

for (const secure of [true, false])
  test(`an answer that is cut off sends nothing of its buffers any more, ${secure ? 'over TLS' : 'in the clear'}`, async (context) => {
    const begun = Promise.withResolvers<ServerResponse>();
    const app: RequestListener = (_request, response) => {
      response.write(Buffer.alloc(BYTES));
      begun.resolve(response);
    };
    const pair = await makeCertificate();
    const { port } = secure ? await startHttps(context, pair, app) : await startPlain(context, app);
    const options = { port, host: '127.0.0.1', ca: pair.cert, servername: 'localhost', agent: false };
    const request = secure ? httpsRequest(options) : httpRequest(options);
    request.on('error', () => undefined).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => undefined);
    response.pause();
    const sent = (await begun.promise).socket;
    await until('the buffers are full', () => (sent?.writableLength ?? 0) > 0);
    cutOff(await begun.promise);
    response.resume();
    await until('the client notices', () => response.destroyed);
    assert.ok(bytes < 2_000_000, `${bytes} bytes came`);
  });

test('TLS 1.1 and ciphers without forward secrecy are refused', async (context) => {
  const pair = await makeCertificate({ rsaBits: 2048 });
  const { port } = await startHttps(context, pair);
  for (const options of [
    { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
    { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' },
  ] as const)
    await assert.rejects(handshake(port, pair.cert, options), JSON.stringify(options));
  const socket = await handshake(port, pair.cert, { maxVersion: 'TLSv1.2' });
  assert.match(socket.getCipher().name, /^ECDHE-RSA-.*(?:GCM|POLY1305)/);
  socket.destroy();
});

test('a new certificate serves new connections, and existing ones stay', async (context) => {
  const [first, second] = [await makeCertificate(), await makeCertificate()];
  const { server, port } = await startHttps(context, first);
  const before = await handshake(port, first.cert);
  server.setCertificate(second);
  await assert.rejects(handshake(port, first.cert));
  const after = await handshake(port, second.cert, { maxVersion: 'TLSv1.2' });
  assert.match(after.getCipher().name, /^ECDHE-ECDSA-/, 'the policy stays');
  after.destroy();
  const answer = exchange(before, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(await answer, /answered$/);
});

const REDIRECTS: [request: string, answer: RegExp][] = [
  [
    'GET /cameras?x=1 HTTP/1.1\r\nHost: vigie.lan:8080\r\n\r\n',
    /^HTTP\/1\.1 307 .*\r\nlocation: https:\/\/vigie\.lan:8080\/cameras\?x=1\r\n/is,
  ],
  [
    'HEAD / HTTP/1.1\r\nHost: 192.168.1.2:8080\r\n\r\n',
    /^HTTP\/1\.1 307 .*\r\nlocation: https:\/\/192\.168\.1\.2:8080\/\r\n/is,
  ],
  [
    'GET http://evil.example/ HTTP/1.1\r\nHost: vigie.lan\r\n\r\n',
    /\r\nlocation: https:\/\/vigie\.lan\/\r\n/i,
  ],
  ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', /^HTTP\/1\.1 403 /],
  ['GET / HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 403 /],
  [
    'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}',
    /^HTTP\/1\.1 403 .*https only/s,
  ],
  ['GET /ca.crt HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 200 .*the certificate/s],
  ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
];

test('plain http is redirected to https, and only public files are answered without TLS', async (context) => {
  const { port } = await startHttps(context, await makeCertificate());
  for (const [request, answer] of REDIRECTS) assert.match(await plain(port, request), answer, request);
});

test('without TLS only allowed upgrades are accepted, with the data right behind them', async (context) => {
  const { port, seen } = await startHttps(context, await makeCertificate());
  assert.match(await plain(port, `${upgradeTo('/camera')}early`), /^HTTP\/1\.1 101/);
  assert.match(await plain(port, upgradeTo('/signaling')), /^HTTP\/1\.1 403/);
  assert.deepEqual(seen, [{ encrypted: false, head: 'early' }]);
});

test('a client that sends nothing, or too little, over TLS or not, is disconnected after the deadline', async (context) => {
  const pair = await makeCertificate();
  const { port } = await startHttps(context, pair);
  await Promise.all(
    ['', 'G', 'GET / HTTP/1.1\r\nHost: a\r\n', '\x16', '\x16\x03\x01\x02\x00\x01'].map(async (text) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      if (text !== '') socket.write(text, 'latin1');
      await new Promise((resolve) => socket.once('close', resolve));
    }),
  );
  const silent = await handshake(port, pair.cert);
  silent.resume();
  await once(silent, 'close');
});

test('closing ends connections during their handshake', async (context) => {
  const { server, port } = await startHttps(context, await makeCertificate());
  const sockets = ['', '\x16\x03\x01', 'GET'].map((text) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    if (text !== '') socket.write(text, 'latin1');
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  await server.close();
  await Promise.all(closed);
});
