import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { HEALTH_SHARES, REFLECTION_SHARES } from '../../server/grpc/call-admission.ts';
import { MAX_REFUSED_IN_A_ROW, REFUSALS } from '../../server/grpc/grpc-listener.ts';
import { PUBLISH_SHARES } from '../../server/grpc/publish-room.ts';
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
  const large = client.call(`${SERVICE}/PublishFrames`).write(Buffer.alloc(MIB)).end();
  assert.notEqual(await large.status, status.RESOURCE_EXHAUSTED);
  const larger = client.call(`${SERVICE}/PublishFrames`).write(EMPTY, 2 * MIB);
  assert.equal(await larger.status, status.RESOURCE_EXHAUSTED);
});

/** A start, as its bytes. */
function startOf(cameraId: string): Buffer {
  const start = Buffer.concat([Buffer.of(0x0a, cameraId.length), Buffer.from(cameraId)]);
  return Buffer.concat([Buffer.of(0x0a, start.length), start]);
}

/** Varint of a value above 2^21. */
function varint(value: number): Buffer {
  return Buffer.of((value & 127) | 128, ((value >> 7) & 127) | 128, ((value >> 14) & 127) | 128, value >> 21);
}

test('published pictures are bounded in bytes, also large ones for cameras that may send them', async (context) => {
  const camera = { ackWindow: 4, maxJpegBytes: 4 * MIB, take: () => undefined, leave: () => undefined };
  const { connect } = await grpcInterface(context, { publishing: { publish: () => camera } });
  const client = connect();
  const publish = () => client.call(`${SERVICE}/PublishFrames`).write(startOf('door'));
  const calls = Array.from({ length: PUBLISH_SHARES.perUser / 4 }, publish);
  await until('all are welcome', () => calls.every(({ received }) => received > 0));
  const welcomed = calls[0]?.received ?? 0;
  // A picture of three MiB: the field of the frame, and in it the field of the JPEG.
  const jpeg = Buffer.alloc(3 * MIB);
  const inner = Buffer.concat([Buffer.of(0x0a), varint(jpeg.length), jpeg]);
  calls[0]?.write(Buffer.concat([Buffer.of(0x12), varint(inner.length), inner]));
  await until('it is acknowledged', () => (calls[0]?.received ?? 0) > welcomed);
  assert.equal(await publish().status, status.RESOURCE_EXHAUSTED, 'no room for another');
  calls[0]?.stream.close();
  await until('there is room', async () => {
    const next = publish();
    const outcome = await Promise.race([next.status, until('it is welcome', () => next.received > 0)]);
    return outcome === true;
  });
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

test('a network whose calls are refused very often is not let in for a while, and what it has under way goes on', async (context) => {
  const { grpc, connect } = await grpcInterface(context);
  const other = connect();
  const watched = other.call(`${SERVICE}/WatchEvents`).write(EMPTY).end();
  await until('it is open', () => grpc.counters.calls === 1);
  const refused = async (): Promise<void> => {
    const call = other.call(`${SERVICE}/ListCameras`, 'wrong');
    await call.status;
    call.stream.close();
  };
  for (let call = 0; call < REFUSALS.burst; call++) await refused();
  assert.equal(await other.call(`${SERVICE}/ListCameras`).write(EMPTY).end().status, status.OK);
  await until('one too many', async () => {
    await refused();
    const { session } = connect();
    await Promise.race([once(session, 'remoteSettings'), once(session, 'close')]);
    return session.destroyed;
  });
  assert.ok(grpc.counters.connections.refused > 0);
  assert.equal(await other.call(`${SERVICE}/ListCameras`).write(EMPTY).end().status, status.OK);
  watched.stream.close();
});

test('open and refused calls are counted', async (context) => {
  const { grpc, connect } = await grpcInterface(context);
  const client = connect();
  const watched = client.call(`${SERVICE}/WatchEvents`).write(EMPTY).end();
  await until('it is open', () => grpc.counters.calls === 1);
  await client.call(`${SERVICE}/ListCameras`, '').status;
  const watches = Array.from({ length: HEALTH_SHARES.perUser + 1 }, () =>
    client.call(`${HEALTH}/Watch`, '').write(EMPTY).end(),
  );
  await watches.at(-1)?.status;
  assert.deepEqual(grpc.counters, {
    calls: 1,
    refused: { unauthorized: 1, tooMany: 1 },
    connections: { open: 1, refused: 0, displaced: 0 },
  });
  watched.stream.close();
  await until('it is closed', () => grpc.counters.calls === 0);
});

test('a client whose machine is gone is noticed, and one that answers stays', async (context) => {
  const { connect, port } = await grpcInterface(context, { keepalive: { everyMs: 50, timeoutMs: 2_000 } });
  const client = connect();
  let pings = 0;
  client.session.on('ping', () => pings++);
  // It answers nothing after its preface and settings.
  const gone = connectTcp(port, '127.0.0.1');
  context.after(() => gone.destroy());
  gone.on('error', () => undefined).resume();
  gone.write(
    Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0)]),
  );
  await once(gone, 'close');
  await until('the other has answered some pings', () => pings > 3);
  assert.equal(await client.call(`${SERVICE}/ListCameras`).write(EMPTY).end().status, status.OK);
});
