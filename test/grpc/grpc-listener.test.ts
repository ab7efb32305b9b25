import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { GrpcListener, type GrpcListenerOptions } from '../../server/grpc/grpc-listener.ts';
import { createLog } from '../../server/log.ts';
import { makeCertificate } from '../support/certificates.ts';
import { until } from '../support/until.ts';

async function listening(context: TestContext, options: Partial<GrpcListenerOptions> = {}) {
  const accepted: Socket[] = [];
  const listener = new GrpcListener({
    certificate: undefined,
    isTrustedProxy: () => false,
    onConnection: (connection) => accepted.push(connection),
    log: createLog('silent'),
    ...options,
  });
  context.after(() => listener.close());
  const port = await listener.listen(0, '127.0.0.1');
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { listener, accepted, port, open };
}

const peerOf = ({ localAddress = '', localPort = 0 }: Socket) => ({
  remoteAddress: localAddress,
  remotePort: localPort,
});

test('the connection is TLS with HTTP/2, and new ones get the renewed certificate', async (context) => {
  const [first, second] = await Promise.all([
    makeCertificate({ name: 'first' }),
    makeCertificate({ name: 'second' }),
  ]);
  const { listener, port } = await listening(context, { certificate: first });
  const nameOf = async (): Promise<[string | undefined, string | false | null]> => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return [String(subject.CN), socket.alpnProtocol];
  };
  assert.deepEqual(await nameOf(), ['first', 'h2']);
  listener.setCertificate(second);
  assert.deepEqual(await nameOf(), ['second', 'h2']);
});

test('a connection without TLS, or with a version before 1.2, is not taken where the server has a certificate', async (context) => {
  const { accepted, open, port } = await listening(context, { certificate: await makeCertificate() });
  const plain = await open();
  plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  plain.resume();
  await once(plain, 'close');
  const old = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  await once(old, 'error');
  assert.equal(accepted.length, 0);
});

test('above the limit a new connection replaces one without calls, never one with a call', async (context) => {
  const { listener, accepted, open } = await listening(context, { maxConnections: 2, maxPerNetwork: 2 });
  const [busy, idle] = [await open(), await open()];
  await until('both are accepted', () => accepted.length === 2);
  const ends = [listener.onCall(peerOf(busy)), listener.onCall(peerOf(busy))];
  ends[0]?.();
  ends[0]?.();
  idle.resume();
  const third = await open();
  await once(idle, 'close');
  assert.equal(busy.destroyed, false);
  listener.onCall(peerOf(third));
  const fourth = await open();
  fourth.resume();
  await once(fourth, 'close');
  ends[1]?.();
  busy.resume();
  await open();
  await once(busy, 'close');
});
