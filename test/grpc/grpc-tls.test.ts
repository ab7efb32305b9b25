/** gRPC has TLS where the web app has it: a program that trusts the certificate gets in. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../support/certificates.ts';
import { PythonGrpc } from '../support/python-grpc.ts';
import { ServerProcess } from '../support/server-process.ts';

/** HealthCheckResponse { status: SERVING }. */
const SERVING = Buffer.from([0x08, 0x01]).toString('base64');

test('gRPC has the certificate of the web app, and answers nothing without TLS', async (context) => {
  const { cert, key } = await makeCertificate();
  const files = { 'server.crt': cert, 'server.key': key };
  const names = { VIGIE_TLS_CERT: 'server.crt', VIGIE_TLS_KEY: 'server.key' };
  await using server = await ServerProcess.start({ env: { VIGIE_GRPC_PORT: '0', ...names }, files });
  const [, port = ''] = await server.child.line(/"port":(\d+),"msg":"gRPC interface opened"/);
  const python = await PythonGrpc.start(Number(port), join(server.folder, 'server.crt'));
  if ('lack' in python) return context.skip(python.lack);
  using trusting = python;
  assert.equal(await trusting.health(), SERVING);
  assert.equal(await trusting.services('vigie_wrong'), 'UNAUTHENTICATED');
  const plain = await PythonGrpc.start(Number(port));
  assert.ok(plain instanceof PythonGrpc);
  using without = plain;
  assert.equal(await without.health(), 'UNAVAILABLE');
});
