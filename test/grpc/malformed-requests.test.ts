import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { grpcInterface } from '../support/raw-grpc.ts';

const METHODS = [
  ...['ListCameras', 'WatchFrames', 'WatchEncoded', 'WatchEvents', 'PublishFrames'].map(
    (name) => `vigie.v1.VigieService/${name}`,
  ),
  'grpc.health.v1.Health/Check',
  'grpc.health.v1.Health/Watch',
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
];
const MALFORMED = {
  'a field that is cut off': '0a05',
  'a length above 32 bits': '0affffffffffffffff7f',
  'an unknown wire type': '0f',
  'a group that is never closed': '0b',
};

test('bytes that are no message are the caller’s fault, and end the call alone', async (context) => {
  const { connect } = await grpcInterface(context);
  const client = connect();
  for (const [what, bytes] of Object.entries(MALFORMED))
    for (const method of METHODS) {
      // The library of these takes a text that is cut off as an empty one.
      if (bytes === '0a05' && !method.startsWith('vigie')) continue;
      const call = client.call(method).write(Buffer.from(bytes, 'hex')).end();
      assert.equal(await call.status, status.INVALID_ARGUMENT, `${method}: ${what}`);
    }
  const valid = client.call('vigie.v1.VigieService/ListCameras').write(new Uint8Array()).end();
  assert.equal(await valid.status, status.OK);
});

test('a report of which the bytes are no message is counted as refused', async (context) => {
  const { connect } = await grpcInterface(context);
  const call = connect().call('vigie.v1.VigieService/ReportDetections').write(Buffer.of(0x0a, 5)).end();
  assert.equal(await call.status, status.OK);
  assert.ok(call.received > 0);
});
