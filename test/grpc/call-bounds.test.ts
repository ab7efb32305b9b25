import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { HEALTH_SHARES, REFLECTION_SHARES } from '../../server/grpc/call-admission.ts';
import { MAX_REFUSED_IN_A_ROW } from '../../server/grpc/grpc-listener.ts';
import { grpcInterface } from '../support/raw-grpc.ts';
import { until } from '../support/until.ts';

const SERVICE = 'vigie.v1.VigieService';
const HEALTH = 'grpc.health.v1.Health';
const REFLECTION = 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const EMPTY = new Uint8Array();
const MIB = 2 ** 20;

test('only a published frame may be large: of any other call no large message is kept', async (context) => {
  const { connect } = await grpcInterface(context);
  const client = connect();
  for (const method of [`${HEALTH}/Check`, `${HEALTH}/Watch`, `${SERVICE}/ListCameras`, REFLECTION])
    assert.equal(
      await client.call(method).write(Buffer.alloc(1000), MIB).status,
      status.RESOURCE_EXHAUSTED,
      method,
    );
  const large = client
    .call(`${SERVICE}/PublishFrames`)
    .write(Buffer.alloc(4 * MIB))
    .end();
  assert.notEqual(await large.status, status.RESOURCE_EXHAUSTED);
  const larger = client.call(`${SERVICE}/PublishFrames`).write(EMPTY, 5 * MIB);
  assert.equal(await larger.status, status.RESOURCE_EXHAUSTED);
});

test('a call ends whose request does not come, or not to its end', async (context) => {
  const { connect } = await grpcInterface(context, { firstMessageTimeoutMs: 100 });
  const client = connect();
  const calls = [
    client.call(`${HEALTH}/Check`, ''),
    client.call(`${HEALTH}/Watch`, '').write(EMPTY),
    client.call(`${SERVICE}/ListCameras`).write(EMPTY),
    client.call(`${SERVICE}/WatchFrames`),
    client.call(`${SERVICE}/PublishFrames`),
    client.call(`${SERVICE}/PublishFrames`).write(EMPTY, 100),
  ];
  for (const call of calls) assert.equal(await call.status, status.DEADLINE_EXCEEDED);
});

test('a network has few health checks at once, and gets each place back', async (context) => {
  const { connect } = await grpcInterface(context);
  const client = connect();
  const watch = () => client.call(`${HEALTH}/Watch`, '').write(EMPTY).end();
  const watches = Array.from({ length: HEALTH_SHARES.perUser }, watch);
  await until('all are answered', () => watches.every(({ received }) => received > 0));
  assert.equal(await watch().status, status.RESOURCE_EXHAUSTED);
  watches[0]?.stream.close();
  await until('there is room', async () => {
    const check = client.call(`${HEALTH}/Check`, '').write(EMPTY).end();
    return (await check.status) === status.OK;
  });
});

test('a user has few reflections at once', async (context) => {
  const { connect } = await grpcInterface(context);
  const client = connect();
  const listServices = Buffer.from([0x3a, 0]);
  const reflect = () => client.call(REFLECTION).write(listServices);
  const calls = Array.from({ length: REFLECTION_SHARES.perUser }, reflect);
  await until('all are answered', () => calls.every(({ received }) => received > 0));
  assert.equal(await reflect().status, status.RESOURCE_EXHAUSTED);
});

test('a connection that presents nothing but wrong keys is closed, and one with a call under way is not', async (context) => {
  const { connect } = await grpcInterface(context);
  const [stranger, other] = [connect(), connect()];
  const watched = other.call(`${SERVICE}/WatchEvents`).write(EMPTY).end();
  const closed = once(stranger.session, 'close');
  for (let call = 0; call < MAX_REFUSED_IN_A_ROW; call++) {
    stranger.call(`${SERVICE}/ListCameras`, 'vigie_wrong');
    assert.equal(await other.call(`${SERVICE}/ListCameras`, '').status, status.UNAUTHENTICATED);
  }
  await closed;
  assert.equal(await other.call(`${SERVICE}/ListCameras`).write(EMPTY).end().status, status.OK);
  watched.stream.close();
});
