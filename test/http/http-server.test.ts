import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { clientConnections } from '../../server/http/client-connection.ts';
import { HttpServer, type UpgradeHandler } from '../../server/http/http-server.ts';
import { isSameOrigin } from '../../server/http/same-origin.ts';
import { trustedProxies } from '../../server/http/trusted-proxies.ts';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';
import { until } from '../support/until.ts';

function makeServer(context: TestContext, upgrades: Record<string, UpgradeHandler> = {}): HttpServer {
  const server = new HttpServer({
    app: (_request, response) => response.end('answered'),
    upgrades,
    log: createLog('silent'),
  });
  context.after(() => server.close());
  return server;
}

/** @returns everything received until the other side closes */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const upgradeTo = (path: string, protocol = 'websocket'): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;

test('upgrades are routed by path, ignoring the query, with the data right behind them', async (context) => {
  const seen: [string, string][] = [];
  const takeOver =
    (name: string): UpgradeHandler =>
    (_request, socket, head) => {
      seen.push([name, head.toString()]);
      socket.end(name);
    };
  const server = makeServer(context, { '/camera': takeOver('camera'), '/signaling': takeOver('signaling') });
  const port = await server.listen(0, '127.0.0.1');
  assert.equal(await exchange(port, `${upgradeTo('/camera?x=1')}early`), 'camera');
  assert.equal(await exchange(port, upgradeTo('/signaling')), 'signaling');
  assert.deepEqual(seen, [
    ['camera', 'early'],
    ['signaling', ''],
  ]);
});

test('an upgrade to an unknown path is answered 404 and closed', async (context) => {
  const server = makeServer(context, { '/camera': () => assert.fail('not this one') });
  const port = await server.listen(0, '127.0.0.1');
  for (const path of ['/', '/camera/', '/Camera', '//camera', '/__proto__', '/constructor'])
    assert.match(await exchange(port, upgradeTo(path)), /^HTTP\/1\.1 404 /, path);
});

test('an offer of another protocol than WebSocket is ignored, and the request answered', async (context) => {
  const server = makeServer(context);
  const port = await server.listen(0, '127.0.0.1');
  assert.match(await exchange(port, upgradeTo('/', 'h2c')), /^HTTP\/1\.1 200 OK[^]*answered/);
});

test('a failing handler, or a peer that resets, affects no other connection', async (context) => {
  const handed = Promise.withResolvers<void>();
  const server = makeServer(context, {
    '/fails': () => {
      throw new Error('as it happens');
    },
    '/keeps': () => handed.resolve(),
  });
  const port = await server.listen(0, '127.0.0.1');
  assert.equal(await exchange(port, upgradeTo('/fails')), '');
  const peer = connect(port, '127.0.0.1');
  peer.write(upgradeTo('/keeps'));
  await handed.promise;
  peer.resetAndDestroy();
  assert.match(await exchange(port, 'GET / HTTP/1.0\r\n\r\n'), /answered$/);
});

test('malformed HTTP is answered with 400 and closed', async (context) => {
  const server = makeServer(context);
  const port = await server.listen(0, '127.0.0.1');
  for (const text of ['\0\0\0\0', 'HELO mail\r\n\r\n', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`])
    assert.match(await exchange(port, text), /^HTTP\/1\.1 4\d\d /);
});

const SLOW: [what: string, text: string][] = [
  ['nothing', ''],
  ['half a header', 'GET / HTTP/1.1\r\nHost: lo'],
  ['half a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345'],
];

for (const [what, text] of SLOW) {
  test(`a client that sends ${what} is disconnected`, async (context) => {
    const timeouts = { headersMs: 50, bodyMs: 100, idleMs: 5_000, checkIntervalMs: 20 };
    const server = new HttpServer({
      app: (request, response) => request.resume().on('end', () => response.end('answered')),
      upgrades: {},
      log: createLog('silent'),
      timeouts,
    });
    context.after(() => server.close());
    const socket = connect(await server.listen(0, '127.0.0.1'), '127.0.0.1');
    socket.on('error', () => undefined).write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, /^(?:HTTP\/1\.1 408 [^]*)?$/);
  });
}

test('closing ends every connection, also upgraded ones, and can be called twice', async (context) => {
  const handed = Promise.withResolvers<void>();
  const server = makeServer(context, { '/camera': () => handed.resolve() });
  const port = await server.listen(0, '127.0.0.1');
  const idle = connect(port, '127.0.0.1');
  const upgraded = connect(port, '127.0.0.1');
  const closed = Promise.all([once(idle, 'close'), once(upgraded, 'close')]);
  upgraded.write(upgradeTo('/camera'));
  await Promise.all([handed.promise, once(idle, 'connect')]);
  for (const socket of [idle, upgraded]) socket.on('error', () => undefined).resume();
  await Promise.all([server.close(), server.close(), closed]);
});

async function takenPort(context: TestContext): Promise<number> {
  const sockets: Socket[] = [];
  const other = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(other, 'listening');
  context.after(() => other.close());
  return (other.address() as AddressInfo).port;
}

test('a taken port is reported in one line that says what to do', async (context) => {
  const port = await takenPort(context);
  await assert.rejects(makeServer(context).listen(port, '127.0.0.1'), (error) => {
    assert.ok(error instanceof VigieError);
    assert.equal(error.code, 'configuration');
    assert.match(
      error.message,
      new RegExp(
        `^TCP port ${port} of 127.0.0.1 for the web app .* is taken by .+: stop it, or set VIGIE_HTTP_PORT .*$`,
      ),
    );
    return true;
  });
});

test('on Linux the program on the port is named', { skip: process.platform !== 'linux' }, async (context) => {
  const port = await takenPort(context);
  await assert.rejects(
    makeServer(context).listen(port, '127.0.0.1'),
    new RegExp(`\\(process ${process.pid}\\)`),
  );
});

test('an address of another machine is reported in one line', async (context) => {
  await assert.rejects(
    makeServer(context).listen(0, '192.0.2.1'),
    (error) =>
      error instanceof VigieError &&
      /cannot listen on .* of 192\.0\.2\.1 .*VIGIE_HTTP_HOST/.test(error.message),
  );
});

test('an answer that is not read is ended after a timeout', async (context) => {
  const large = Buffer.alloc(32 * 1024 * 1024);
  const server = new HttpServer({
    app: (_request, response) => response.end(large),
    upgrades: {},
    log: createLog('silent'),
    timeouts: { headersMs: 5_000, bodyMs: 5_000, idleMs: 100, checkIntervalMs: 1_000 },
  });
  context.after(() => server.close());
  const socket = connect(await server.listen(0, '127.0.0.1'), '127.0.0.1').pause();
  socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the server has let go', () => server.counters.connections.open === 1);
  await until('the server has let go', () => server.counters.connections.open === 0);
  socket.destroy();
});

test('one address cannot take all connections; a trusted proxy’s many clients may', async (context) => {
  for (const [isTrustedProxy, open] of [
    [trustedProxies([]), 3],
    [trustedProxies(['loopback']), 5],
  ] as const) {
    const server = new HttpServer({
      app: (_request, response) => response.end('answered'),
      upgrades: {},
      log: createLog('silent'),
      isTrustedProxy,
      maxPerNetwork: 3,
    });
    context.after(() => server.close());
    const port = await server.listen(0, '127.0.0.1');
    const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
    let closed = 0;
    for (const socket of sockets)
      socket
        .on('error', () => undefined)
        .on('close', () => closed++)
        .resume();
    await until(
      'the rest is refused',
      () => server.counters.connections.open === open && closed === 5 - open,
    );
    for (const socket of sockets) socket.destroy();
    await until('they have left', () => server.counters.connections.open === 0);
    assert.match(await exchange(port, 'GET / HTTP/1.0\r\n\r\n'), /answered$/, 'and make room');
  }
});

const SAME_ORIGIN: [
  origin: string | undefined,
  host: string,
  forwardedHost: string | undefined,
  proxies: string[],
  same: boolean,
][] = [
  [undefined, 'vigie.local:8080', undefined, [], true],
  ['http://vigie.local:8080', 'vigie.local:8080', undefined, [], true],
  ['http://VIGIE.local:8080', 'vigie.LOCAL:8080', undefined, [], true],
  ['https://vigie.example', 'vigie.example', undefined, [], true],
  ['https://vigie.example', 'vigie.example:443', undefined, [], true],
  ['http://[::1]:8080', '[::1]:8080', undefined, [], true],
  ['http://vigie.local', 'vigie.local:8080', undefined, [], false],
  ['http://evil.example', 'vigie.local:8080', undefined, [], false],
  ['http://vigie.local:8080.evil.example', 'vigie.local:8080', undefined, [], false],
  ['http://vigie.local:8080@evil.example', 'vigie.local:8080', undefined, [], false],
  ['null', 'vigie.local', undefined, [], false],
  ['', 'vigie.local', undefined, [], false],
  ['file://', '', undefined, [], false],
  ['https://vigie.example', '127.0.0.1:8080', 'vigie.example', ['loopback'], true],
  ['https://vigie.example', '127.0.0.1:8080', 'vigie.example, 10.0.0.1', ['127.0.0.1'], true],
  ['https://evil.example', '127.0.0.1:8080', 'evil.example', [], false],
  ['https://evil.example', '127.0.0.1:8080', 'evil.example', ['10.0.0.0/8'], false],
];

test('a page loaded without TLS is not same-origin when the request came over TLS', () => {
  const connectionOf = clientConnections(trustedProxies([]), () => false);
  for (const [origin, same] of [
    ['http://vigie.lan', false],
    ['https://vigie.lan:80', true],
  ] as const) {
    const request = { headers: { origin, host: 'vigie.lan:80' }, socket: { encrypted: true } };
    assert.equal(isSameOrigin(request as unknown as IncomingMessage, connectionOf), same, origin);
  }
});

test('a page is same-origin when its origin names the requested host, as the browser or a trusted proxy reports it', () => {
  for (const [origin, host, forwardedHost, proxies, same] of SAME_ORIGIN) {
    const headers = { origin, host, 'x-forwarded-host': forwardedHost };
    const request = { headers, socket: { remoteAddress: '::ffff:127.0.0.1' } } as unknown as Parameters<
      typeof isSameOrigin
    >[0];
    assert.equal(
      isSameOrigin(
        request,
        clientConnections(trustedProxies(proxies), () => false),
      ),
      same,
      JSON.stringify([origin, host, forwardedHost, proxies]),
    );
  }
});

test('a port that a trusted proxy left out makes no difference, unless the browser says that it does', () => {
  for (const [origin, host, proxies, site, same] of [
    ['https://vigie.example:8443', 'vigie.example', ['loopback'], undefined, true],
    ['https://vigie.example:8443', 'vigie.example', ['loopback'], 'same-origin', true],
    ['https://vigie.example', 'vigie.example:8080', ['loopback'], undefined, true],
    ['http://[2001:db8::1]:8443', '[2001:db8::1]', ['loopback'], undefined, true],
    ['https://vigie.example:8443', 'vigie.example:9443', ['loopback'], undefined, false],
    ['https://vigie.example:8443', 'vigie.example', ['loopback'], 'same-site', false],
    ['https://evil.example:8443', 'vigie.example', ['loopback'], undefined, false],
    ['https://vigie.example:8443', 'vigie.example', ['10.0.0.0/8'], undefined, false],
    ['http://vigie.example:8443', 'vigie.example', [], 'same-origin', false],
  ] as const) {
    const headers = { origin, host, 'sec-fetch-site': site };
    const request = { headers, socket: { remoteAddress: '127.0.0.1' } } as unknown as IncomingMessage;
    const connectionOf = clientConnections(trustedProxies(proxies), () => false);
    assert.equal(isSameOrigin(request, connectionOf), same, JSON.stringify([origin, host, proxies, site]));
  }
});

test('trusted proxies: addresses, ranges and names, in every notation of IPv4', () => {
  const isTrusted = trustedProxies(['192.0.2.7', '10.0.0.0/8', '2001:db8::/32', 'loopback', 'linklocal']);
  const yes = [
    '192.0.2.7',
    '::ffff:192.0.2.7',
    '10.255.0.1',
    '2001:db8:ffff::1',
    '127.0.0.9',
    '::1',
    'fe80::1%eth0',
  ];
  const no = ['192.0.2.8', '11.0.0.1', '2001:db9::1', '192.168.0.1', undefined, '', 'unix'];
  for (const address of yes) assert.equal(isTrusted(address), true, address);
  for (const address of no) assert.equal(isTrusted(address), false, String(address));
});
