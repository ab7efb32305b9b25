/** Over plain TCP, over TLS, and without TLS on a TLS port: the rule holds for each. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { HttpServer } from '../../server/http/http-server.ts';
import { createLog } from '../../server/log.ts';
import { RequestTurns } from '../../server/net/request-turns.ts';
import { makeCertificate } from '../support/certificates.ts';
import { until } from '../support/until.ts';

const KINDS = ['http', 'https'] as const;
const pair = await makeCertificate();
const TLS = {
  pair,
  plainUpgrades: {},
  plainFiles: (request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== '/ca.crt') return false;
    response.end('the certificate');
    return true;
  },
};

/** @param app runs for each request that is passed on */
async function start(context: TestContext, kind: (typeof KINDS)[number], app: RequestListener) {
  const requests: IncomingMessage[] = [];
  const upgrades: IncomingMessage[] = [];
  const server = new HttpServer({
    app: (request, response) => {
      requests.push(request);
      app(request, response);
    },
    upgrades: { '/signaling': (request) => upgrades.push(request) },
    log: createLog('silent'),
    requestLimits: { burst: 100_000 },
    ...(kind === 'https' && { tls: TLS }),
  });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const open = (): Client => new Client(context, kind, port);
  return { server, port, requests, upgrades, open };
}

class Client {
  readonly socket: Socket;
  answer = '';
  closed = false;

  constructor(context: TestContext, kind: (typeof KINDS)[number], port: number) {
    const options = { port, host: '127.0.0.1' };
    this.socket =
      kind === 'https'
        ? tlsConnect({ ...options, ca: pair.cert, checkServerIdentity: () => undefined })
        : connect(options);
    context.after(() => this.socket.destroy());
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
    this.socket.on('data', (chunk: Buffer) => (this.answer += chunk.toString()));
  }

  count(pattern: RegExp): number {
    return [...this.answer.matchAll(pattern)].length;
  }
}

const GET = 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n';
const answersOf = (client: Client): number => client.count(/HTTP\/1\.1 \d/g);

test('an answer to HEAD is complete with its headers: the next request is allowed, the one after it is not', async (context) => {
  const heads: ServerResponse[] = [];
  const { server, requests, open } = await start(context, 'http', (request, response) => {
    if (request.method === 'HEAD') {
      heads.push(response);
      response.flushHeaders();
    } else response.end('answered');
  });
  const client = open();
  client.socket.write('HEAD /film HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the headers are here', () => answersOf(client) === 1);
  client.socket.write(GET);
  await until('the next request is taken', () => requests.length === 2);
  heads[0]?.end();
  await until('it is answered', () => answersOf(client) === 2);
  assert.equal(client.closed, false);
  assert.equal(server.counters.requests.refused.pipelined, 0);
});

for (const kind of KINDS) {
  suite(`requests on one ${kind} connection`, () => {
    test('one of two thousand in one write reaches the app, and its answer is the last of the connection', async (context) => {
      const { requests, open, server } = await start(context, kind, (_request, response) =>
        setImmediate(() => response.end('answered')),
      );
      const client = open();
      client.socket.write(GET.repeat(2000));
      await until('the connection has ended', () => client.closed);
      assert.equal(requests.length, 1);
      assert.match(client.answer, /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n[^]*answered$/);
      assert.equal(server.counters.requests.refused.pipelined, 1);
    });

    test('a second request behind an answer that has begun ends the connection after it', async (context) => {
      const begun = Promise.withResolvers<ServerResponse>();
      const { requests, open, server } = await start(context, kind, (_request, response) => {
        response.write('one,');
        begun.resolve(response);
      });
      const client = open();
      client.socket.write(GET);
      const response = await begun.promise;
      client.socket.write(GET.repeat(10));
      await until('it was noticed', () => server.counters.requests.refused.pipelined === 1);
      response.end('two');
      await until('the connection has ended', () => client.closed);
      assert.equal(requests.length, 1);
      assert.match(client.answer, /one,[^]*two/);
    });

    const BEHIND: [what: string, text: string][] = [
      [
        'an upgrade',
        'GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      ],
      [
        'a request that expects 100',
        'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      ],
      ['a request that expects something else', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\n\r\n'],
      ['a request without a host', 'GET / HTTP/1.1\r\n\r\n'],
      ['a tunnel', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
      [
        'a body with two lengths',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
    ];
    for (const [what, text] of BEHIND)
      test(`${what} behind an unanswered request is ignored`, async (context) => {
        const begun = Promise.withResolvers<ServerResponse>();
        const { requests, upgrades, open } = await start(context, kind, (_request, response) =>
          begun.resolve(response),
        );
        const client = open();
        client.socket.write(GET + text.repeat(20));
        (await begun.promise).end('answered');
        await until('the connection has ended', () => client.closed);
        assert.deepEqual([requests.length, upgrades.length], [1, 0]);
        assert.ok(answersOf(client) <= 1, client.answer);
        assert.doesNotMatch(client.answer, /100 Continue/);
      });

    test('consecutive requests are answered, with and without a body', async (context) => {
      const { requests, open } = await start(context, kind, (request, response) => {
        request.resume().on('end', () => {
          if (request.url === '/empty') response.writeHead(204).end();
          else if (request.url === '/same') response.writeHead(304).end();
          else response.end(`to ${request.method}`);
        });
      });
      const client = open();
      const texts = [
        GET,
        'HEAD / HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET /empty HTTP/1.1\r\nHost: x\r\n\r\n',
        'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}',
        'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
        'GET /same HTTP/1.1\r\nHost: x\r\n\r\n',
        GET,
      ];
      for (const [index, text] of texts.entries()) {
        client.socket.write(text);
        await until('it is answered', () => answersOf(client) === index + 1);
      }
      await until('the last is whole', () => client.answer.endsWith('to GET'));
      assert.deepEqual([requests.length, client.closed], [texts.length, false]);
      assert.doesNotMatch(client.answer, /Connection: close/);
    });

    test('a request with both a length and a transfer coding is refused, and nothing behind it is a request', async (context) => {
      const { requests, open } = await start(context, kind, (_request, response) => response.end());
      const client = open();
      client.socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${GET}`,
      );
      await until('the connection has ended', () => client.closed);
      assert.equal(requests.length, 0);
      assert.match(client.answer, /^HTTP\/1\.1 400 /);
    });

    test('a client that expects 100 gets it once', async (context) => {
      const { open } = await start(context, kind, (request, response) => {
        request.resume().on('end', () => response.end('answered'));
      });
      const client = open();
      client.socket.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
      await until('it may', () => client.answer === 'HTTP/1.1 100 Continue\r\n\r\n');
      client.socket.write('{}');
      await until('the connection has ended', () => client.closed);
      assert.match(client.answer, /Continue\r\n\r\nHTTP\/1\.1 200 OK[^]*answered$/);
    });

    test('an upgrade with content is not handed over', async (context) => {
      const { requests, upgrades, open } = await start(context, kind, (_request, response) => response.end());
      const client = open();
      client.socket.write(
        'GET /signaling HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 4\r\n\r\n',
      );
      await until('it is answered as any request', () => answersOf(client) === 1);
      assert.deepEqual([requests.length, upgrades.length], [1, 0]);
    });
  });
}

test('the parser stops at the second request, so Node does not parse the rest of the chunk', async (context) => {
  const turns = new RequestTurns();
  const server = createServer();
  turns.guard(server);
  let seen = 0;
  server.on('request', (request, response) => {
    seen++;
    if (!turns.begin(request, response)) return;
    response.once('close', () => turns.end(request, response));
    setImmediate(() => response.end());
  });
  context.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new Client(context, 'http', (server.address() as AddressInfo).port);
  client.socket.write(GET.repeat(2000));
  await until('the connection has ended', () => client.closed);
  assert.equal(seen, 1);
});

test('without TLS on a TLS port, requests behind the first are ignored', async (context) => {
  const { port, server } = await start(context, 'https', (_request, response) => response.end());
  const client = new Client(context, 'http', port);
  client.socket.write('GET /ca.crt HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000));
  await until('the connection has ended', () => client.closed);
  assert.equal(answersOf(client), 1);
  assert.equal(server.counters.requests.refused.pipelined, 1);
});
