/** The port of /metrics: who reads it without a key, and what it refuses. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import { createLog } from '../../server/log.ts';
import { MetricsPort } from '../../server/status/metrics-port.ts';
import { ServerProcess } from '../support/server-process.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

async function open(context: TestContext, port = 0, read = () => Promise.resolve('vigie_up 1\n')) {
  const log = createLog('silent');
  const opened = await MetricsPort.open({ port, metrics: { text: read, contentType: CONTENT_TYPE }, log });
  context.after(() => opened.close());
  return opened;
}

async function ask(port: number, host: string | undefined, path = '/metrics', method = 'GET') {
  const headers = host === undefined ? {} : { host };
  const sent = request({ port, host: '127.0.0.1', path, method, headers, setHost: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test('a program on the machine reads the metrics by any name of the machine itself, without a key', async (context) => {
  const { port } = await open(context);
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:9464', '[::1]:9464', 'LocalHost']) {
    const { status, headers, body } = await ask(port, host);
    assert.deepEqual([status, headers['content-type'], body], [200, CONTENT_TYPE, 'vigie_up 1\n'], host);
  }
});

test('a page whose name was made to point to this machine reads nothing', async (context) => {
  const { port } = await open(context, 0, () => assert.fail('read'));
  const others = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.5',
    '',
    undefined,
  ];
  for (const host of [...others, 'localhost@evil.example', 'localhost:123456', '[::2]']) {
    const { status, body } = await ask(port, host);
    assert.equal(status, 403, String(host));
    assert.match(body, /for this machine/);
  }
});

test('there is nothing else on the port, and nothing is written', async (context) => {
  const { port } = await open(context);
  const statusOf = async (path: string, method?: string) =>
    (await ask(port, 'localhost', path, method)).status;
  assert.deepEqual(
    await Promise.all(
      ['/', '/api/cameras', '/metrics/', '//metrics', '/metrics?a=b'].map((path) => statusOf(path)),
    ),
    [404, 404, 404, 404, 200],
  );
  const { status, headers } = await ask(port, 'localhost', '/metrics', 'POST');
  assert.deepEqual([status, headers.allow], [405, 'GET, HEAD']);
  const head = await ask(port, 'localhost', '/metrics', 'HEAD');
  assert.deepEqual([head.status, head.body], [200, '']);
});

test('a fault while reading is answered without its reason', async (context) => {
  const { port } = await open(context, 0, () => Promise.reject(new Error('secret')));
  const { status, body } = await ask(port, 'localhost');
  assert.equal(status, 500);
  assert.ok(!body.includes('secret'));
});

test('it is not reached by another address of the machine', async (context) => {
  const { port } = await open(context);
  const socket = connect(port, '127.0.0.2');
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
});

test('one more connection than it takes is closed', async (context) => {
  const { port } = await open(context);
  const sockets = await Promise.all(
    Array.from({ length: 17 }, async () => {
      const socket = connect(port, '127.0.0.1');
      context.after(() => socket.destroy());
      await once(socket, 'connect');
      return socket;
    }),
  );
  await Promise.any(sockets.map((socket) => once(socket, 'close')));
});

test('a port that is taken is named, with what to do', async (context) => {
  const other = createServer().listen(0, '127.0.0.1');
  context.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await assert.rejects(open(context, port), (error) => {
    assert.ok(error instanceof VigieError && error.code === 'configuration');
    assert.match(
      error.message,
      new RegExp(`port ${port} of 127.0.0.1 for metrics is taken by .*VIGIE_METRICS_PORT`),
    );
    return true;
  });
});

test('a closed port answers no more, and cuts who waits', async (context) => {
  const held = Promise.withResolvers<string>();
  const asked = Promise.withResolvers<void>();
  const opened = await open(context, 0, () => (asked.resolve(), held.promise));
  const waiting = get({ port: opened.port, host: '127.0.0.1', path: '/metrics' });
  const cut = once(waiting, 'error');
  await asked.promise;
  opened.close();
  opened.close();
  await cut;
  held.resolve('');
});

test('the server serves its figures there, and closes the port when it stops', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  await using server = await ServerProcess.start({ env: { VIGIE_METRICS_PORT: String(port) } });
  const { status, body } = await ask(port, `localhost:${port}`);
  assert.equal(status, 200);
  assert.match(body, /^vigie_store_writes_total \d+$/m);
  await server.stop();
  await assert.rejects(ask(port, 'localhost'));
});
