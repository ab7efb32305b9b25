/** Downloads of the audit log that last: each administrator has few, and one that nobody reads ends. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import express, { type Request, type Response } from 'express';
import type { Guard } from '../../server/accounts/guard.ts';
import type { AuditLog } from '../../server/audit/audit-log.ts';
import { AUDIT_EXPORT_SHARES, auditRoutes } from '../../server/audit/audit-routes.ts';
import type { AuditStore } from '../../server/audit/audit-store.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import type { Page } from '../../server/store/page.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { createLog } from '../../server/log.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { until } from '../support/until.ts';

const PATH = '/api/audit/export.jsonl';
const PAGE: AuditEntry[] = Array.from({ length: 200 }, (_, index) => ({
  id: `aud_${index}`,
  beganAtMs: 0,
  endedAtMs: 0,
  action: 'watched',
  kind: 'viewing',
  refused: false,
  count: 1,
  userId: null,
  username: null,
  address: null,
  device: null,
  cameraId: null,
  cameraName: null,
  details: { text: 'x'.repeat(1000) },
}));

const administrator = () => ({ userId: 'root' });

/** @param list the pages of a log without an end */
async function start(context: TestContext, list: () => Promise<Page<AuditEntry>>, stallMs = 60_000) {
  const log = createLog('silent');
  const sent: Response[] = [];
  const guard = {
    administrator,
    streamToAdministrator: (_request: Request, response: Response) => (sent.push(response), administrator()),
  } as unknown as Guard;
  const audit = { list } as unknown as AuditLog;
  const routes = auditRoutes({ audit, store: {} as AuditStore, guard, log, stallMs });
  const app = express().use(routes).use(errorHandler(log));
  const server = new HttpServer({ app, upgrades: {}, log });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  return { port, sent };
}

test('one administrator downloads it twice at once at most', async (context) => {
  const held = Promise.withResolvers<Page<AuditEntry>>();
  const { port } = await start(context, () => held.promise);
  const url = `http://127.0.0.1:${port}${PATH}`;
  const { perUser } = AUDIT_EXPORT_SHARES;
  const open = await Promise.all(Array.from({ length: perUser }, () => fetch(url)));
  assert.deepEqual(
    open.map(({ status }) => status),
    [200, 200],
  );
  assert.equal((await fetch(url)).status, 429);
  held.resolve({ rows: [], next: null });
  await Promise.all(open.map((each) => each.text()));
  await until('the places are free', async () => (await fetch(url)).status === 200);
});

test('one that is not read ends', async (context) => {
  const { port, sent } = await start(
    context,
    () => Promise.resolve({ rows: PAGE, next: { rank: 0, sequence: 1 } }),
    200,
  );
  const socket = connect(port, '127.0.0.1');
  context.after(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await until('it is being sent', () => sent.length === 1);
  const [response = assert.fail()] = sent;
  if (!response.closed) await once(response, 'close');
  assert.ok(response.destroyed);
});
