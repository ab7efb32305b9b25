import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import type { Request, Response } from 'express';
import { HttpServer, type HttpServerOptions } from '../../server/http/http-server.ts';
import { trustedProxies } from '../../server/http/trusted-proxies.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { createLog, type Log } from '../../server/log.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { makeCertificate } from '../support/certificates.ts';
import { until } from '../support/until.ts';

/** So slow that an empty bucket stays empty. */
const NEVER = 1e-6;

async function start(context: TestContext, options: Partial<HttpServerOptions>) {
  const server = new HttpServer({
    app: (_request, response) => response.end('answered'),
    upgrades: {},
    log: createLog('silent'),
    isTrustedProxy: trustedProxies(['loopback']),
    ...options,
  });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  /** @param network the client's address, as the proxy reports it */
  const get = async (network: string, path = '/', headers: Record<string, string> = {}) => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      path,
      agent,
      headers: { ...(network !== '' && { 'x-forwarded-for': network }), ...headers },
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode, headers: response.headers, body };
  };
  return { server, port, get };
}

test('a network has a burst of requests and a rate; above it 429 tells when to try again, and others are served', async (context) => {
  const { server, get } = await start(context, {
    requestLimits: { burst: 3, perSecond: NEVER, holdMs: 1 },
  });
  for (const host of [1, 2, 3]) assert.equal((await get(`2001:db8::${host}`)).status, 200);
  const { status, headers, body } = await get('2001:db8::4');
  assert.equal(status, 429);
  assert.ok(Number(headers['retry-after']) > 0);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal((JSON.parse(body) as Problem).code, 'tooManyRequests');
  assert.equal((await get('2001:db8:0:1::1')).status, 200);
  assert.equal(server.counters.requests.refused.tooFast, 1);
});

test('a client that is not a trusted proxy cannot choose its network', async (context) => {
  const { get } = await start(context, {
    isTrustedProxy: trustedProxies([]),
    requestLimits: { burst: 1, perSecond: NEVER, holdMs: 1 },
  });
  assert.equal((await get('192.0.2.1')).status, 200);
  assert.equal((await get('192.0.2.2')).status, 429);
});

test('a refusal for the rate is delayed, and its connection sends nothing meanwhile', async (context) => {
  const { server, get } = await start(context, {
    requestLimits: { burst: 1, perSecond: NEVER, holdMs: 60_000 },
  });
  await get('192.0.2.1');
  let refused = false;
  const late = get('192.0.2.1').finally(() => (refused = true));
  late.catch(() => undefined);
  await until('it was refused', () => server.counters.requests.refused.tooFast === 1);
  assert.equal((await get('192.0.2.2')).status, 200);
  assert.equal(refused, false);
  await server.close();
  await assert.rejects(late, 'closing waits for none of them');
});

test("health is answered above every limit, and a network's flood does not delay it", async (context) => {
  const { get } = await start(context, {
    requestLimits: { burst: 1, perSecond: NEVER, holdMs: 1, unanswered: 0 },
  });
  assert.deepEqual([(await get('192.0.2.1')).status, (await get('192.0.2.1')).status], [503, 429]);
  for (const path of ['/api/health', '/api/health?probe']) {
    const { status, body, headers } = await get('192.0.2.1', path);
    assert.deepEqual([status, body], [200, '{"status":"ok"}']);
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('health says which data are lost or damaged, with 200 so that nobody restarts what shows live video', async (context) => {
  const { server, get } = await start(context, {});
  server.setHealth(['databaseMissing']);
  const { status, body } = await get('192.0.2.1', '/api/health');
  assert.deepEqual([status, JSON.parse(body)], [200, { status: 'degraded', problems: ['databaseMissing'] }]);
  server.setHealth([]);
  assert.equal((await get('192.0.2.1', '/api/health')).body, '{"status":"ok"}');
});

test('above the limit of unanswered requests, 503 tells when to try again', async (context) => {
  const waiting: ServerResponse[] = [];
  const { server, get } = await start(context, {
    app: (_request, response) => waiting.push(response),
    requestLimits: { unanswered: 2 },
  });
  const first = [get('192.0.2.1'), get('192.0.2.1')];
  await until('two wait', () => waiting.length === 2);
  const { status, headers, body } = await get('192.0.2.1');
  assert.equal(status, 503);
  assert.ok(Number(headers['retry-after']) > 0);
  assert.equal((JSON.parse(body) as Problem).code, 'unavailable');
  for (const response of waiting) response.end('answered');
  await Promise.all(first);
  await until('they have left', () => server.counters.requests.unanswered === 0);
  const next = get('192.0.2.1');
  await until('the next is let in', () => waiting.length === 3);
  waiting[2]?.end();
  assert.equal((await next).status, 200);
});

test('a client that takes all places of unanswered requests blocks no other: the oldest waiting one is ended', async (context) => {
  const waiting: ServerResponse[] = [];
  const { server, get } = await start(context, {
    app: (_request, response) => waiting.push(response.setHeader('ETag', 'not of a refusal')),
    requestLimits: { unanswered: 2 },
  });
  const flood = [get('192.0.2.1'), get('192.0.2.1')];
  await until('two wait', () => waiting.length === 2);
  const newcomer = get('192.0.2.2');
  const { status, headers } = await Promise.any(flood);
  assert.equal(status, 503);
  assert.equal(headers.etag, undefined);
  assert.equal(headers.connection, 'close');
  await until('the newcomer is let in', () => waiting.length === 3);
  const { refused, unanswered } = server.counters.requests;
  assert.deepEqual([unanswered, refused.displaced, refused.tooMany], [2, 1, 0]);
  for (const response of waiting) if (!response.writableEnded) response.end();
  assert.equal((await newcomer).status, 200);
  await Promise.all(flood);
});

for (const [what, limits] of [
  ['unanswered requests', { requestLimits: { unanswered: 2 } }],
  ['connections', { maxPerNetwork: 2 }],
] as const)
  test(`a client that takes all ${what} with incomplete bodies is replaced, also by its own network`, async (context) => {
    const { port, server, get } = await start(context, {
      app: (request, response) => request.resume().on('end', () => response.end('answered')),
      isTrustedProxy: trustedProxies([]),
      ...limits,
    });
    const slow = [1, 2].map(() => {
      const socket = connect(port, '127.0.0.1');
      context.after(() => socket.destroy());
      socket.on('error', () => undefined).resume();
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1');
      return socket;
    });
    await until('both wait', () => server.counters.requests.unanswered === 2);
    assert.equal((await get('')).status, 200);
    await until('one has gone', () => slow.filter(({ closed }) => closed).length === 1);
  });

test('a client that does not read its complete answer is replaced', async (context) => {
  const large = Buffer.alloc(32 * 1024 * 1024);
  const { port, server, get } = await start(context, {
    app: (request, response) => response.end(request.url === '/large' ? large : 'answered'),
    requestLimits: { unanswered: 1 },
  });
  const stalled = connect(port, '127.0.0.1').pause();
  context.after(() => stalled.destroy());
  stalled.on('error', () => undefined).write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('it is being sent', () => server.counters.requests.unanswered === 1);
  assert.equal((await get('192.0.2.1')).status, 200);
  await until('the place is free', () => server.counters.requests.unanswered === 0);
  assert.equal(server.counters.requests.refused.displaced, 1);
});

test('an answer that has begun is not ended for a new request', async (context) => {
  const waiting: ServerResponse[] = [];
  const { get } = await start(context, {
    app: (_request, response) => {
      response.write('begun');
      waiting.push(response);
    },
    requestLimits: { unanswered: 2 },
  });
  const begun = [get('192.0.2.1'), get('192.0.2.1')];
  await until('two have begun', () => waiting.length === 2);
  assert.equal((await get('192.0.2.2')).status, 503);
  for (const response of waiting) response.end();
  await Promise.all(begun);
});

const HOSTS: [text: string, status: number][] = [
  ['GET / HTTP/1.1\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  ['GET / HTTP/1.0\r\n\r\n', 200],
  ['GET / HTTP/1.1\r\nhost: a\r\nConnection: close\r\n\r\n', 200],
  ['GET / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n', 417],
];

test('a request has exactly one Host header, and an unknown expectation is refused', async (context) => {
  const { port, server } = await start(context, {});
  for (const [text, status] of HOSTS) {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), text);
  }
  assert.equal(server.counters.requests.refused.malformed, 2);
});

const pair = await makeCertificate();
const tls = { pair, plainUpgrades: {}, plainFiles: () => false };

for (const kind of ['http', 'https'] as const)
  test(`idle connections are replaced by new ones of their own network, one in the middle of its answer is not (${kind})`, async (context) => {
    const waiting: ServerResponse[] = [];
    const { port, server } = await start(context, {
      app: (_request, response) => waiting.push(response),
      isTrustedProxy: trustedProxies([]),
      maxConnections: 10,
      maxPerNetwork: 3,
      ...(kind === 'https' && { tls }),
    });
    const open = (text: string) => {
      const options = { port, host: '127.0.0.1' };
      const socket =
        kind === 'https' && text !== ''
          ? tlsConnect({ ...options, ca: pair.cert, checkServerIdentity: () => undefined })
          : connect(options);
      context.after(() => socket.destroy());
      const state = { socket, closed: false };
      socket.on('error', () => undefined).on('close', () => (state.closed = true));
      socket.resume();
      if (text !== '') socket.write(text);
      return state;
    };
    const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    const used = open(GET);
    await until('it is being answered', () => waiting.length === 1);
    const idle = open('');
    await until('it is there', () => server.counters.connections.open === 2);
    open('');
    await until('three are there', () => server.counters.connections.open === 3);
    const newest = open(GET);
    await until('the newest is served', () => waiting.length === 2);
    await until('the idle one has gone', () => idle.closed);
    assert.deepEqual([used.closed, newest.closed], [false, false]);
    assert.deepEqual([server.counters.connections.displaced, server.counters.connections.refused], [1, 0]);
  });

test('a route that answers after losing its place is not a server fault', async () => {
  const lines: string[] = [];
  const log = { error: (_fields: object, line: string) => lines.push(line) };
  const handle = errorHandler(log as unknown as Log);
  const error = Object.assign(new Error('too late'), { code: 'ERR_HTTP_HEADERS_SENT' });
  const request = { method: 'GET', path: '/' } as Request;
  let broken = 0;
  for (const [writableEnded, logged] of [
    [true, []],
    [false, ['failed to handle a request']],
  ] as const) {
    const response = { writableEnded, headersSent: true, destroy: () => broken++ } as unknown as Response;
    await handle(error, request, response, () => assert.fail('express prints what it is given'));
    assert.deepEqual(lines, logged);
    assert.equal(broken, writableEnded ? 0 : 1, 'half an answer does not look whole');
  }
});
