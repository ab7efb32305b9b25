import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import type { UploadLimits } from '../../server/http/body-timeout.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';
import { appImage } from '../support/app-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const FILE = appImage({ bytes: 200_000 });
const TIMEOUTS = { headersMs: 5_000, bodyMs: 500, idleMs: 5_000, checkIntervalMs: 1_000 };

/** A connection that has sent the headers and the first half of the file, which the server has. */
async function halfSent(context: TestContext, upload: UploadLimits) {
  const dataDir = temporaryFolder(context);
  const server = await startApi(context, { dataDir, timeouts: { ...TIMEOUTS, upload } });
  const admin = await ApiClient.signedIn(server);
  const folder = join(dataDir, 'firmware');
  const begin = (head: string) => {
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    context.after(() => socket.destroy());
    const connection = { socket, answer: '', closed: false };
    socket.on('data', (chunk: Buffer) => (connection.answer += chunk.toString()));
    socket.on('close', () => (connection.closed = true));
    socket.write(`${head} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin.accessToken}\r\n`);
    return connection;
  };
  const sending = begin('POST /api/firmware');
  const half = FILE.length / 2;
  sending.socket.write(`Content-Type: application/octet-stream\r\nContent-Length: ${FILE.length}\r\n\r\n`);
  sending.socket.write(FILE.subarray(0, half));
  await until('it has begun', () => readdirSync(folder).length === 1);
  return { server, admin, folder, begin, sending, rest: FILE.subarray(half) };
}

test('a file over a slow line arrives although it takes longer than other bodies may', async (context) => {
  const limits = { windowMs: 60_000, minBytes: 1, totalMs: 3_600_000 };
  const { begin, sending, rest } = await halfSent(context, limits);
  const other = begin('POST /api/webhooks');
  other.socket.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  await until('the other body is given up', () => other.closed);
  assert.match(other.answer, /^HTTP\/1.1 408 [^]*"code":"tooSlow"/);
  assert.equal(sending.answer, '');
  sending.socket.write(rest);
  await until('it is answered', () => /^HTTP\/1.1 201 /.test(sending.answer));
});

test('a file over a slow line is given up when it stalls, and leaves nothing', async (context) => {
  const limits = { windowMs: 50, minBytes: 1, totalMs: 3_600_000 };
  const { sending, folder } = await halfSent(context, limits);
  await until('it is given up', () => sending.closed && readdirSync(folder).length === 0);
  assert.match(sending.answer, /^HTTP\/1.1 408 [^]*"code":"tooSlow"/);
});

test('a file over a slow line is broken off when its sender signs out, and is not when their token expires', async (context) => {
  const limits = { windowMs: 60_000, minBytes: 1, totalMs: 3_600_000 };
  const { server, admin, sending, folder, rest, begin } = await halfSent(context, limits);
  // As it is after 15 minutes.
  const expired = context.mock.method(server.accounts.sessions, 'identify', () => {
    throw new VigieError('unauthorized', 'this token has expired');
  });
  sending.socket.write(rest.subarray(0, 1000));
  sending.socket.write(rest.subarray(1000));
  await until('it is answered', () => /^HTTP\/1.1 201 /.test(sending.answer));
  expired.mock.restore();
  const second = begin('POST /api/firmware');
  const other = appImage({ bytes: 100_000, version: '9.9.9' });
  second.socket.write('Content-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\n');
  second.socket.write(other.subarray(0, 50_000));
  await until('it has begun', () => readdirSync(folder).length === 2);
  assert.equal((await admin.call('POST', '/api/auth/logout')).status, 204);
  await until('it is cut off', () => second.closed && readdirSync(folder).length === 1);
});
