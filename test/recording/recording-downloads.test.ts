/** Resources that downloads of segments hold, and for how long, whatever their readers do. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { truncate, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import express, { type Request } from 'express';
import type { Guard } from '../../server/accounts/guard.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { SEGMENT_SHARES, recordingRoutes, type Recordings } from '../../server/recording/recording-routes.ts';
import { createLog, type Log } from '../../server/log.ts';
import { canListOpenFiles, openFiles } from '../support/open-files.ts';
import { until } from '../support/until.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** More than the kernel takes of a connection nobody reads from. */
const SEGMENT_BYTES = 64 * 1024 * 1024;
const FILM = '/api/cameras/door/recordings/rec_1.webm';

interface Download {
  response: IncomingMessage;
  status: number | undefined;
  leave: () => void;
}

function askedBy({ headers }: Request): { userId: string } {
  return { userId: String(headers['user']) };
}

/** The routes over one large file; who asks is what the request says. */
async function start(context: TestContext, { idleMs = 60_000, stallMs = 60_000 } = {}) {
  const path = join(temporaryFolder(context), 'segment.webm');
  await writeFile(path, '');
  await truncate(path, SEGMENT_BYTES);
  const recordings: Partial<Recordings> = {
    find: (id) => ({ id, cameraId: 'door', open: false }) as ReturnType<Recordings['find']>,
    pathOf: () => path,
    isCutOff: () => false,
  };
  const guard = { mediaViewerOf: askedBy, streamTo: askedBy };
  const faults: string[] = [];
  const log = { error: (_fields: object, line: string) => faults.push(line) } as unknown as Log;
  const routes = recordingRoutes(recordings as Recordings, guard as unknown as Guard, stallMs);
  const server = new HttpServer({
    app: express().use(routes).use(errorHandler(log)),
    upgrades: {},
    log: createLog('silent'),
    timeouts: { headersMs: 5_000, bodyMs: 5_000, idleMs, checkIntervalMs: 1_000 },
  });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  const request = (url: string, user: string, headers: Record<string, string> = {}) => {
    const sent = get({ port, host: '127.0.0.1', path: url, headers: { user, ...headers }, agent: false });
    sent.on('error', () => undefined);
    context.after(() => sent.destroy());
    return sent;
  };
  /** Begins a download and reads nothing of it. */
  const begin = async (url: string, user = 'anna', headers?: Record<string, string>): Promise<Download> => {
    const sent = request(url, user, headers);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.pause().on('error', () => undefined);
    return { response, status: response.statusCode, leave: () => sent.destroy() };
  };
  const files = (): number => openFiles(path).length;
  return { begin, files, faults };
}

suite('downloads of recordings', { skip: !canListOpenFiles }, () => {
  test('a reader that leaves in the middle leaves no file open', async (context) => {
    const { begin, files, faults } = await start(context);
    const { status, leave } = await begin(FILM);
    assert.equal(status, 200);
    await until('the file is open', () => files() === 1);
    leave();
    await until('the file is closed', () => files() === 0);
    assert.deepEqual(faults, []);
  });

  for (const [what, limits] of [
    ['by the socket', { idleMs: 200 }],
    ['also one that sends something meanwhile', { stallMs: 200 }],
  ] as const)
    test(`a reader that reads nothing is ended after a while, ${what}, and the file closed`, async (context) => {
      const { begin, files } = await start(context, limits);
      const { response } = await begin(FILM, 'anna', { connection: 'keep-alive' });
      const sends = setInterval(() => response.socket.write('\r\n'), 20);
      if ('idleMs' in limits) clearInterval(sends);
      await until('the file is closed', () => files() === 0);
      clearInterval(sends);
      response.resume();
      await until('its connection is closed', () => response.closed);
      assert.equal(response.complete, false);
    });

  test(`one user has ${SEGMENT_SHARES.perUser} segments under way at once, whoever else has some`, async (context) => {
    const { begin } = await start(context);
    const begun: Download[] = [];
    for (let count = 0; count < SEGMENT_SHARES.perUser; count++) begun.push(await begin(FILM));
    const refused = await begin(FILM);
    assert.equal(refused.status, 429);
    assert.equal(refused.response.headers['retry-after'], '10');
    assert.equal((await begin(FILM, 'ben')).status, 200);
    begun[0]?.leave();
    await until('there is room again', async () => (await begin(FILM)).status === 200);
  });

  test('a part that is not there is 416, a segment that has changed is 412, and neither is a fault', async (context) => {
    const { begin, faults } = await start(context);
    for (const [name, value, status] of [
      ['range', `bytes=${SEGMENT_BYTES}-`, 416],
      ['if-match', '"old"', 412],
      ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT', 412],
    ] as const) {
      const answer = await begin(FILM, 'anna', { [name]: value });
      assert.equal(answer.status, status, name);
      assert.equal(answer.response.headers['content-type'], 'application/problem+json; charset=utf-8');
    }
    assert.deepEqual(faults, []);
  });
});
