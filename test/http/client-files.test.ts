import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { compressFolder } from '../../client/build/compressed-files.ts';
import { clientFiles } from '../../server/http/client-files.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler, notFound } from '../../server/http/problem.ts';
import { createLog, type Log } from '../../server/log.ts';
import { canListOpenFiles, openFiles } from '../support/open-files.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PAGE = `<!doctype html><title>Vigie</title>${'<p>A page of some length.</p>'.repeat(200)}`;
const SCRIPT = '/assets/app-1a2b3c4d.js';
const SCRIPT_TEXT = `export const text = '${'x'.repeat(2000)}';`;

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

type Call = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;

/** The files are removed after the server has read them. */
async function start(context: TestContext) {
  const folder = join(temporaryFolder(context), 'dist');
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'icon.png'), Buffer.alloc(3000));
  await writeFile(join(folder, 'manifest.webmanifest'), '{}');
  await writeFile(join(folder, SCRIPT), SCRIPT_TEXT);
  compressFolder(folder);
  const faults: string[] = [];
  const log = { error: (_fields: object, line: string) => faults.push(line) } as unknown as Log;
  const app = express().use(clientFiles(folder)).use(notFound).use(errorHandler(log));
  await rm(folder, { recursive: true });
  const server = new HttpServer({
    app,
    upgrades: {},
    log: createLog('silent'),
    requestLimits: { burst: 10_000 },
  });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const call: Call = async (path, headers = {}, method = 'GET') => {
    const request = httpRequest({ port, host: '127.0.0.1', path, headers, method, agent: false });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
  };
  return { folder, server, port, call, faults };
}

test('each file is sent in the smallest form the client accepts, with the same content', async (context) => {
  const { call } = await start(context);
  for (const [path, text] of [
    ['/', PAGE],
    [SCRIPT, SCRIPT_TEXT],
  ] as const)
    await assertForms(call, path, text);
});

async function assertForms(call: Call, path: string, text: string): Promise<void> {
  const plain = await call(path);
  assert.deepEqual([plain.body.toString(), plain.headers['content-encoding']], [text, undefined]);
  const forms: [accept: string, encoding: string | undefined, decode: (body: Buffer) => Buffer][] = [
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['*;q=0', undefined, (body) => body],
    ['deflate', undefined, (body) => body],
  ];
  for (const [accept, encoding, decode] of forms) {
    const { headers, body } = await call(path, { 'accept-encoding': accept });
    assert.equal(headers['content-encoding'], encoding, accept);
    assert.equal(decode(body).toString(), text, accept);
    assert.equal(Number(headers['content-length']), body.length);
    assert.equal(headers.vary, 'Accept-Encoding');
  }
}

test('the compressed forms are no files of their own', async (context) => {
  const { call } = await start(context);
  for (const extension of ['.br', '.gz']) assert.equal((await call(`${SCRIPT}${extension}`)).status, 404);
});

test('a picture, and a file that compression does not make smaller, is sent uncompressed', async (context) => {
  const { call } = await start(context);
  for (const path of ['/icon.png', '/manifest.webmanifest']) {
    const { headers, status } = await call(path, { 'accept-encoding': 'br, gzip' });
    assert.deepEqual([status, headers['content-encoding'], headers.vary], [200, undefined, undefined], path);
  }
  assert.match(
    (await call('/manifest.webmanifest')).headers['content-type'] ?? '',
    /^application\/manifest\+json/,
  );
});

test('HEAD answers like GET without the body', async (context) => {
  const { call } = await start(context);
  for (const path of ['/', SCRIPT]) {
    const [get, head] = [await call(path), await call(path, {}, 'HEAD')];
    assert.equal(head.body.length, 0);
    for (const name of ['content-length', 'etag', 'cache-control', 'content-type', 'last-modified'])
      assert.equal(head.headers[name], get.headers[name], name);
  }
});

test('a browser that has the file in some encoding gets 304', async (context) => {
  const { call } = await start(context);
  const accept = { 'accept-encoding': 'br' };
  const { etag = '', 'last-modified': modified = '' } = (await call('/', accept)).headers;
  const other = (await call('/')).headers.etag ?? '';
  assert.notEqual(etag, other);
  for (const [headers, status] of [
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `"old", W/${etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': other }, 200],
    [{ 'if-none-match': '"old"' }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
  ] as const) {
    const answer = await call('/', { ...accept, ...headers });
    assert.equal(answer.status, status, JSON.stringify(headers));
    assert.equal(answer.headers.etag, etag);
    assert.equal(answer.headers.vary, 'Accept-Encoding');
    assert.equal(answer.headers['cache-control'], 'no-cache');
    if (status === 304) assert.equal(answer.body.length, 0);
  }
});

test('a valid range is answered with 206, one outside with 416, a malformed one with the whole file', async (context) => {
  const { call, faults } = await start(context);
  const { etag = '' } = (await call('/')).headers;
  const size = PAGE.length;
  const ranges: [headers: Record<string, string>, status: number, range: string | undefined][] = [
    [{ range: 'bytes=0-9' }, 206, `bytes 0-9/${size}`],
    [{ range: 'bytes=-10' }, 206, `bytes ${size - 10}-${size - 1}/${size}`],
    [{ range: 'bytes=10-' }, 206, `bytes 10-${size - 1}/${size}`],
    [{ range: 'bytes=999999-' }, 416, `bytes */${size}`],
    [{ range: 'bytes=0-1,5-6' }, 200, undefined],
    [{ range: 'bytes=x' }, 200, undefined],
    [{ range: 'seconds=0-1' }, 200, undefined],
    [{ range: 'bytes=0-9', 'if-range': etag }, 206, `bytes 0-9/${size}`],
    [{ range: 'bytes=0-9', 'if-range': '"old"' }, 200, undefined],
    [{ range: 'bytes=999999-', 'if-range': '"old"' }, 200, undefined],
  ];
  for (const [headers, status, range] of ranges) {
    const answer = await call('/', headers);
    assert.deepEqual(
      [answer.status, answer.headers['content-range']],
      [status, range],
      JSON.stringify(headers),
    );
    const [, first, last] = /^bytes (\d+)-(\d+)/.exec(range ?? '') ?? [];
    if (status !== 416)
      assert.equal(answer.body.toString(), last ? PAGE.slice(Number(first), Number(last) + 1) : PAGE);
  }
  assert.deepEqual(faults, []);
});

test('a failed precondition is answered with 412', async (context) => {
  const { call, faults } = await start(context);
  const { etag = '', 'last-modified': modified = '' } = (await call('/')).headers;
  for (const [headers, status] of [
    [{ 'if-match': '"old"' }, 412],
    [{ 'if-match': `W/${etag}` }, 412],
    [{ 'if-match': `"old", ${etag}` }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 412],
    [{ 'if-unmodified-since': modified }, 200],
    [{ 'if-unmodified-since': 'yesterday' }, 200],
    [{ 'if-match': etag, 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
  ] as const) {
    const answer = await call('/', headers);
    assert.equal(answer.status, status, JSON.stringify(headers));
    if (status === 412) assert.equal(answer.headers['content-encoding'], undefined);
  }
  assert.deepEqual(faults, []);
});

test(
  'clients that request files and reset leave no descriptor open',
  { skip: !canListOpenFiles },
  async (context) => {
    const { port, server, call } = await start(context);
    const before = openFiles().length;
    for (let round = 0; round < 50; round++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write('GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(15));
      socket.resetAndDestroy();
    }
    await until('they have left', () => server.counters.connections.open === 0);
    assert.equal((await call('/')).status, 200);
    assert.equal(openFiles().length, before);
  },
);
