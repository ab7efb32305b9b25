/** A restore over the API, whose caller leaves or loses the right while the server is at work. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import express from 'express';
import type { Guard } from '../../server/accounts/guard.ts';
import { backupRoutes } from '../../server/backup/backup-routes.ts';
import { VigieError } from '../../server/errors.ts';
import { clientConnections } from '../../server/http/client-connection.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { createLog } from '../../server/log.ts';
import { until } from '../support/until.ts';

/** The work of a request waits until `finish`; then `isAdministrator` is asked again. */
async function routes(context: TestContext) {
  const work = Promise.withResolvers<void>();
  const state = { waiting: 0, closed: 0, isAdministrator: true, restored: [] as string[] };
  const wait = async (): Promise<void> => {
    state.waiting++;
    await work.promise;
  };
  const guard = {
    administrator: () => {
      if (!state.isAdministrator) throw new VigieError('forbidden', 'only administrators may do this');
      return { userId: 'usr_1', username: 'Ada' };
    },
  } as unknown as Guard;
  const log = createLog('silent');
  const app = express();
  app.use(express.json());
  app.use((_request, response, next) => {
    response.once('close', () => state.closed++);
    next();
  });
  const services = {
    backups: { make: () => assert.fail('no backup is asked for') },
    restores: {
      receive: () => assert.fail('nothing is uploaded'),
      check: async () => {
        await wait();
        return { madeAtMs: null, cameras: 1, users: 1 };
      },
      restore: (id: string) => {
        state.restored.push(id);
        return () => undefined;
      },
    },
    users: { assertOwnPassword: wait },
    connectionOf: clientConnections(
      () => false,
      () => false,
    ),
  };
  app.use(backupRoutes(services, guard, log));
  app.use(errorHandler(log));
  const server = new HttpServer({ app, log });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const post = (path: string, body: object, signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${port}/api/backup/uploads/bak_1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  return { state, post, finish: () => work.resolve() };
}

test('a restore is not begun for a client that has left while its password was checked', async (context) => {
  const { state, post, finish } = await routes(context);
  const leaving = new AbortController();
  const left = assert.rejects(post('restore', { currentPassword: 'mine' }, leaving.signal));
  await until('the password is checked', () => state.waiting === 1);
  leaving.abort();
  await left;
  await until('the server has noticed', () => state.closed === 1);
  finish();
  // The next one is answered after the first one's work.
  assert.equal((await post('contents', {})).status, 200);
  assert.deepEqual(state.restored, []);
});

test('the contents of a backup are not told to somebody who is no administrator any more', async (context) => {
  const { state, post, finish } = await routes(context);
  const answer = post('contents', {});
  await until('it is read', () => state.waiting === 1);
  state.isAdministrator = false;
  finish();
  assert.equal((await answer).status, 403);
});
