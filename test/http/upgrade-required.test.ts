import assert from 'node:assert/strict';
import express from 'express';
import { pino } from 'pino';
import { suite, test } from 'node:test';
import { clientConnections } from '../../server/http/client-connection.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { upgradeRequired } from '../../server/http/upgrade-required.ts';
import { createLog } from '../../server/log.ts';
import type { Problem } from '../../server/wire/problem.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { call } from '../support/http-call.ts';

suite('a plain request where a WebSocket belongs', () => {
  test('is answered by the status that says so', async (context) => {
    const server = await startApi(context);
    const client = new ApiClient(server);
    for (const path of ['/signaling', '/camera']) {
      const { status, headers, body } = await client.call<Problem>('GET', path, { token: null });
      assert.deepEqual([status, body.code], [426, 'upgradeRequired'], path);
      assert.equal(headers.get('upgrade'), 'websocket');
    }
  });

  test('that was a WebSocket before a proxy is told in the answer, and once in the log', async (context) => {
    const lines: { msg?: string; path?: string }[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const app = express();
    app.get(
      '/signaling',
      upgradeRequired(
        clientConnections(
          () => false,
          () => false,
        ),
        log,
        () => 1,
      ),
    );
    app.use(errorHandler(createLog('silent')));
    const server = new HttpServer({ app, log: createLog('silent') });
    context.after(() => server.close());
    const port = await server.listen(0, '127.0.0.1');
    const headers = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' };
    for (let count = 0; count < 3; count++) {
      const { status, body } = await call(port, { path: '/signaling', headers });
      assert.equal(status, 426);
      assert.match(body, /does not pass the headers Upgrade and Connection on/);
    }
    assert.deepEqual(
      lines.map(({ msg, path }) => [msg, path]),
      [['upgrade refused: a proxy in front must pass Upgrade and Connection on', '/signaling']],
    );
  });
});
