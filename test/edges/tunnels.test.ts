/** HTTP of an edge's clients, over a real nats-server, to the HTTP server of a site. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Readable, Writable } from 'node:stream';
import { after, afterEach, before, test, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { MAX_BYTES as BULK_BYTES } from '../../server/core/edges/bulk-window.ts';
import { WINDOW_BYTES } from '../../server/core/edges/stream-flow.ts';
import { openSubject, streamSubject } from '../../server/core/edges/subjects.ts';
import { SILENCE_US } from '../../server/edges/tunnel-stream.ts';
import { EdgeTunnels, MAX_CLIENT_STREAMS } from '../../server/edges/edge-tunnels.ts';
import { SiteProxy } from '../../server/edges/site-proxy.ts';
import { SiteUplink } from '../../server/edges/site-uplink.ts';
import { MAX_STREAMS_PER_EDGE, SiteTunnels } from '../../server/edges/site-tunnels.ts';
import { limitBody } from '../../server/http/body-timeout.ts';
import { clientConnections } from '../../server/http/client-connection.ts';
import { HttpServer, type UpgradeHandler } from '../../server/http/http-server.ts';
import { createLog } from '../../server/log.ts';
import { writeTunnelMessage } from '../../server/wire/tunnel-message.ts';
import { until } from '../support/until.ts';
import { EdgeRig, SITE } from './edge-rig.ts';

/** A client far away, as the edge sees it. */
const CLIENT = { address: '192.168.1.7', secure: true };
/** As a proxy in front of the edge names it. */
const HOST = 'vigie.example.org';
const LONG_BYTES = 8 * 1024 * 1024;

let rig: EdgeRig;
before(async () => void (rig = await EdgeRig.start()));
afterEach(() => rig.closeAll());
after(() => rig.stop());

async function openSite(t: TestContext, app: App, upgrades: Record<string, UpgradeHandler> = {}) {
  const http = new HttpServer({
    app: (request, response) => void app(request, response),
    upgrades,
    log: createLog('silent'),
  });
  const link = await rig.link(SITE);
  const uplink = new SiteUplink(link, rig.clock);
  const tunnels = new SiteTunnels({
    site: SITE,
    link,
    uplink,
    accept: (stream) => http.accept(stream),
    clock: rig.clock,
  });
  t.after(async () => {
    tunnels.close();
    uplink.close();
    await http.close();
  });
  return { tunnels, link, uplink };
}

type App = (request: IncomingMessage, response: ServerResponse) => unknown;

/** @returns requests a path of the edge, which passes everything on */
async function openEdge(t: TestContext, onRequest: (request: IncomingMessage) => void = () => undefined) {
  const link = await rig.link('north', 'north');
  const tunnels = new EdgeTunnels({ edge: 'north', sites: [SITE], link, clock: rig.clock });
  const proxy = new SiteProxy(tunnels);
  const server = createServer((request, response) => {
    onRequest(request);
    void proxy.pass(SITE, { ...CLIENT, host: HOST }, [request, response], ({ status, message }) => {
      response.writeHead(status).end(message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    tunnels.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const send = (path: string, options: RequestOptions = {}): ClientRequest =>
    httpRequest({ host: '127.0.0.1', port, path, agent: false, ...options });
  return { tunnels, link, send };
}

/** As an edge opens a stream. */
const opening = (stream: string) => ({ version: 1, stream, ...CLIENT });

async function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

test('a request reaches the site as the client made it, and who the client is comes by the tunnel alone', async (t) => {
  const connectionOf = clientConnections(
    () => false,
    () => false,
  );
  await openSite(t, async (request, response) => {
    const body = (await buffer(request)).toString();
    const { method, url, headers } = request;
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.writeHead(201, { 'Content-Type': 'application/json', Connection: 'x-hop', 'X-Hop': '1' });
    response.end(JSON.stringify({ method, url, headers, body, client: connectionOf(request) }));
  });
  const { send, tunnels } = await openEdge(t);
  const request = send('/api/things?a=1', {
    method: 'POST',
    headers: {
      Host: 'behind-a-proxy:8080',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Proto': 'http',
      Forwarded: 'for=127.0.0.1',
      Connection: 'x-mine',
      'X-Mine': '1',
      Cookie: 'c=3',
      'Content-Type': 'text/plain',
    },
  });
  request.write('chunked ');
  request.end('body');
  const response = await answerOf(request);
  assert.deepEqual([response.statusCode, response.headers['set-cookie']], [201, ['a=1', 'b=2']]);
  assert.equal(response.headers['x-hop'], undefined);
  const seen = JSON.parse((await buffer(response)).toString()) as Record<string, unknown> & {
    headers: Record<string, string>;
  };
  const { 'x-forwarded-for': forwardedFor, forwarded, 'x-mine': hop, host, cookie } = seen.headers;
  assert.deepEqual(
    [forwardedFor, forwarded, hop, host, cookie],
    [undefined, undefined, undefined, HOST, 'c=3'],
  );
  assert.deepEqual([seen['method'], seen['url'], seen['body']], ['POST', '/api/things?a=1', 'chunked body']);
  const { address, isPrivate, secure } = seen['client'] as ReturnType<typeof connectionOf>;
  // An edge is not believed that its client is in the site's own network.
  assert.deepEqual({ address, isPrivate, secure }, { ...CLIENT, isPrivate: false });
  await until('the stream is closed', () => tunnels.size === 0);
});

test('a body that takes longer than the edge waits for one is timed by the site', async (t) => {
  const begun = Promise.withResolvers<void>();
  await openSite(t, async (request, response) => {
    begun.resolve();
    response.end(await buffer(request));
  });
  const { send } = await openEdge(t, (request) => {
    limitBody(request, { bodyMs: 0 }, () => request.destroy());
  });
  const request = send('/api/firmware', { method: 'POST' });
  request.write('first ');
  await begun.promise;
  request.end('last');
  assert.equal((await buffer(await answerOf(request))).toString(), 'first last');
});

test('a body of a DELETE stays its body, and does not become a request of its own', async (t) => {
  const urls: string[] = [];
  await openSite(t, async (request, response) => {
    urls.push(request.url ?? '');
    response.end(await buffer(request));
  });
  const { send } = await openEdge(t);
  const smuggled = 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const headers of [
    { 'Transfer-Encoding': 'chunked' },
    { 'Content-Length': smuggled.length, Connection: 'close, content-length' },
  ]) {
    const request = send('/first', { method: 'DELETE', headers });
    request.end(smuggled);
    assert.equal((await buffer(await answerOf(request))).toString(), smuggled);
  }
  assert.deepEqual(urls, ['/first', '/first']);
});

test('long bodies and answers pass whole, several at once', async (t) => {
  await openSite(t, (request, response) => {
    response.setHeader('Content-Length', request.headers['content-length'] ?? 0);
    request.pipe(response);
  });
  const { send, tunnels } = await openEdge(t);
  const exchanges = Array.from({ length: 3 }, async () => {
    const sent = randomBytes(LONG_BYTES);
    const request = send('/', { method: 'POST', headers: { 'Content-Length': sent.length } });
    Readable.from([sent]).pipe(request);
    const got = await buffer(await answerOf(request));
    return [got, sent].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  });
  for (const [got, sent] of await Promise.all(exchanges)) assert.equal(got, sent);
  await until('the streams are closed', () => tunnels.size === 0);
});

test('an answer that nobody reads stops at the site after a few windows, and goes on when it is read', async (t) => {
  let written = 0;
  await openSite(t, (_request, response) => {
    response.writeHead(200, { 'Content-Length': 16 * LONG_BYTES });
    const chunk = Buffer.alloc(64 * 1024);
    const write = (): void => {
      while (written < 16 * LONG_BYTES) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  });
  const { send } = await openEdge(t);
  const request = send('/');
  request.end();
  const response = await answerOf(request);
  response.pause();
  let writtenBefore = -1;
  await until('the site is held', async () => {
    const isHeld = written === writtenBefore;
    writtenBefore = written;
    // Several turns of the event loop of both sides, which are in this process.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    return isHeld && written === writtenBefore;
  });
  // The machine's own sockets, between the edge and its client, hold some bytes more.
  assert.ok(written < LONG_BYTES + 8 * WINDOW_BYTES, `${written} bytes`);
  let read = 0;
  for await (const chunk of response) read += (chunk as Buffer).length;
  assert.equal(read, 16 * LONG_BYTES);
});

test('a client that leaves ends its request at the site, and a site that breaks off ends the answer', async (t) => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await openSite(t, (request, response) => {
    if (request.url === '/broken') {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('half');
      setImmediate(() => response.destroy());
      return;
    }
    if (request.url === '/nothing') {
      response.destroy();
      return;
    }
    response.writeHead(200).write('beginning');
    response.once('close', resolve);
  });
  const { send, tunnels } = await openEdge(t);
  const leaving = send('/');
  leaving.on('error', () => undefined).end();
  await answerOf(leaving);
  leaving.destroy();
  await closed;
  const broken = send('/broken');
  broken.end();
  await assert.rejects(async () => {
    const half = await answerOf(broken);
    // Its beginning may be lost with it; then the edge says so.
    assert.equal(half.statusCode, 200);
    await buffer(half);
  });
  const nothing = send('/nothing');
  nothing.end();
  assert.equal((await answerOf(nothing)).statusCode, 503);
  await until('the streams are closed', () => tunnels.size === 0);
});

test('an answer of the site that comes after the edge’s own is left out', async (t) => {
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<ServerResponse>();
  await openSite(t, (_request, response) => onAsked(response));
  const link = await rig.link('north', 'north');
  const tunnels = new EdgeTunnels({ edge: 'north', sites: [SITE], link, clock: rig.clock });
  t.after(() => tunnels.close());
  const request = Readable.from([]) as unknown as IncomingMessage;
  Object.assign(request, { method: 'GET', url: '/', headers: {} });
  // Answered, and not yet closed.
  const response = new Writable() as ServerResponse;
  let answers = 0;
  const answerAgain = (): unknown => answers++;
  Object.assign(response, { headersSent: false, writeHead: answerAgain });
  await new SiteProxy(tunnels).pass(SITE, { ...CLIENT, host: HOST }, [request, response], answerAgain);
  const atSite = await asked;
  Object.assign(response, { headersSent: true });
  atSite.end('too late');
  await until('the stream is closed', () => tunnels.size === 0);
  assert.equal(answers, 0);
});

test('a site that is away is told at once, and requests under way end with the connection', async (t) => {
  const { send, tunnels } = await openEdge(t);
  const early = send('/');
  early.end();
  const refused = await answerOf(early);
  assert.equal(refused.statusCode, 503);
  assert.match((await buffer(refused)).toString(), /^the site home does not answer/);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const site = await openSite(t, (_request, response) => {
    response.once('close', resolve);
    response.writeHead(200).write('beginning');
  });
  const response = await until('the site is heard of', async () => {
    const answer = await answerOf(send('/').end());
    return answer.statusCode === 200 && answer;
  });
  const broken = assert.rejects(buffer(response));
  await rig.nats.kill();
  await broken;
  await closed;
  await rig.nats.restart();
  await until(() => site.tunnels.stats.open === 0 && tunnels.size === 0);
});

test('a WebSocket passes', async (t) => {
  const sockets = new WebSocketServer({ noServer: true });
  await openSite(t, (_request, response) => response.end(), {
    '/signaling': (...upgrade) =>
      sockets.handleUpgrade(...upgrade, (socket) => socket.on('message', (data) => socket.send(data))),
  });
  const { tunnels } = await openEdge(t);
  const stream = await tunnels.open(SITE, CLIENT);
  const socket = new WebSocket('ws://vigie.example.org/signaling', {
    createConnection: () => stream as never,
  });
  await once(socket, 'open');
  const sent = randomBytes(100_000);
  socket.send(sent);
  const [data] = (await once(socket, 'message')) as [Buffer];
  assert.deepEqual(data, sent);
  socket.close();
  await once(socket, 'close');
  await until('the stream is closed', () => tunnels.size === 0);
});

test('a stream whose bytes are missing, or whose other side is gone, ends', async (t) => {
  const { tunnels: site, link: siteLink } = await openSite(t, (_request, response) =>
    response.writeHead(200).write('x'),
  );
  const { tunnels: edge, link } = await openEdge(t);
  const stream = await edge.open(SITE, CLIENT);
  const reset = new Promise<void>((resolve) => stream.once('close', resolve));
  // The site has a stream of this edge; a number is left out.
  const { promise, resolve } = Promise.withResolvers<string>();
  siteLink.listen(streamSubject(SITE, 'up', 'north', '*'), (message) => resolve(message.subject));
  await siteLink.confirm();
  stream.write('GET / HTTP/1.1\r\n');
  const subject = await promise;
  link.publish(subject, writeTunnelMessage('data', 7, { data: Buffer.from('x') }));
  await reset;
  await until(() => site.stats.open === 0);

  // Bytes for a stream that is not there are answered with a reset.
  link.publish(subject, writeTunnelMessage('data', 8, { data: Buffer.from('x') }));
  await until(() => site.stats.unknown === 1);

  const silent = await edge.open(SITE, CLIENT);
  await link.close();
  assert.equal(silent.destroyed, true);
  assert.equal(site.stats.open, 1);
  rig.skippedUs += SILENCE_US;
  await until('the site has noticed', () => site.stats.open === 0);
});

test('a network that takes all streams of an edge gives way to others', async (t) => {
  await openSite(t, () => undefined);
  const { tunnels } = await openEdge(t);
  const streams = [];
  for (let index = 0; index < MAX_CLIENT_STREAMS; index++) streams.push(await tunnels.open(SITE, CLIENT));
  await assert.rejects(tunnels.open(SITE, CLIENT), /this edge has too many requests/);
  const other = await tunnels.open(SITE, { ...CLIENT, address: '203.0.113.9' });
  assert.deepEqual([streams.filter(({ destroyed }) => destroyed).length, other.destroyed], [1, false]);
});

test('an edge opens no more streams than the limit, and the site reads what it can', async (t) => {
  const { tunnels: site } = await openSite(t, () => undefined);
  const { link } = await openEdge(t);
  const open = async (message: object): Promise<unknown> => {
    const answer = await link.ask(openSubject(SITE, 'north'), Buffer.from(JSON.stringify(message)));
    return JSON.parse(Buffer.from(answer).toString());
  };
  assert.deepEqual(await open({ ...opening('x'.repeat(16)), version: 2 }), {
    version: 1,
    refused: 'version',
  });
  for (const stream of ['', 'short', 'with.a.dot.in.it', '*'.repeat(16), 'x'.repeat(41)])
    assert.deepEqual(await open(opening(stream)), { version: 1, refused: 'malformed' }, stream);
  for (let index = 0; index < MAX_STREAMS_PER_EDGE; index++)
    assert.deepEqual(await open(opening(`stream-${String(index).padStart(12, '0')}`)), {
      version: 1,
      open: true,
    });
  assert.deepEqual(await open(opening('one-stream-too-many')), { version: 1, open: false });
  assert.deepEqual([site.stats.open, site.stats.refused], [MAX_STREAMS_PER_EDGE, 1]);
});

test('a long answer waits for room on the line beside the video, and short words do not', async (t) => {
  const { uplink } = await openSite(t, (request, response) => {
    response.end(Buffer.alloc(request.url === '/long' ? LONG_BYTES : 1_000));
  });
  const { send } = await openEdge(t);
  const ask = (path: string): Promise<Buffer> => {
    const request = send(path);
    request.end();
    return answerOf(request).then(buffer);
  };
  // Something else fills the line, and NATS has confirmed none of it.
  uplink.window.bulk.sent(2 * BULK_BYTES);
  const long = ask('/long');
  for (let times = 0; times < 5; times++) assert.equal((await ask('/short')).length, 1_000);
  const isDone = await Promise.race([long.then(() => true), new Promise(setImmediate).then(() => false)]);
  assert.equal(isDone, false);
  uplink.window.bulk.confirmed(2 * BULK_BYTES, 0);
  uplink.emit('room');
  assert.equal((await long).length, LONG_BYTES);
});
