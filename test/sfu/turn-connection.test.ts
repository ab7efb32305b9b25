/** Connections to the test's own TURN servers. */

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { openTurnConnection, type TurnConnection } from '../../server/sfu/turn-connection.ts';
import { until } from '../support/until.ts';

/** Data of channel 4000 hex, and a STUN header without attributes. */
const DATA = Buffer.from('40000004aabbccdd', 'hex');
const STUN = Buffer.from('000100002112a442000000000000000000000001', 'hex');

const LOOPBACK = { scheme: 'turn', host: '127.0.0.1' } as const;

/** Over TCP, with the server's end of the connection. */
async function overTcp(context: TestContext) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const accepted = once(server, 'connection');
  const messages: Buffer[] = [];
  const problems: string[] = [];
  const { port } = server.address() as AddressInfo;
  const connection = await openTurnConnection(
    { ...LOOPBACK, port, transport: 'tcp' },
    { onMessage: (message) => messages.push(message), onClose: (problem) => problems.push(problem) },
  );
  const [peer] = (await accepted) as [Socket];
  peer.on('error', () => undefined).resume();
  context.after(() => {
    connection.close();
    peer.destroy();
  });
  return { server, peer, connection, messages, problems };
}

const settled = (): Promise<unknown> => new Promise(setImmediate);

test('over a stream, messages are complete, however they are split', async (context) => {
  const { peer, messages } = await overTcp(context);
  const both = Buffer.concat([DATA, STUN]);
  peer.setNoDelay(true);
  for (const byte of both) {
    peer.write(Buffer.of(byte));
    await settled();
  }
  await until('both have arrived', () => messages.length === 2);
  assert.deepEqual(messages, [DATA, STUN]);
});

test('a stream closed by the server is reported once', async (context) => {
  const { peer, connection, problems } = await overTcp(context);
  peer.destroy();
  await until('it is told', () => problems.length > 0);
  connection.close();
  await settled();
  assert.deepEqual(problems, ['the server closed the connection']);
});

test('malformed bytes close the stream, and bytes after them are not read', async (context) => {
  const { peer, messages, problems } = await overTcp(context);
  const ended = once(peer, 'close');
  peer.write(Buffer.concat([Buffer.alloc(24, 0xff), DATA]));
  await ended;
  await until('it is told', () => problems.length > 0);
  assert.equal(problems.length, 1);
  assert.deepEqual(messages, []);
});

test('after close nothing is reported or sent, though earlier messages are still sent', async (context) => {
  const { peer, connection, messages, problems } = await overTcp(context);
  const received: Buffer[] = [];
  peer.on('data', (chunk: Buffer) => received.push(chunk));
  connection.send(STUN);
  connection.close();
  connection.close();
  connection.send(DATA);
  peer.write(DATA);
  await once(peer, 'close');
  await settled();
  assert.deepEqual(Buffer.concat(received), STUN);
  assert.deepEqual([messages, problems], [[], []]);
});

test('closing the connection from a message handler drops the rest of the chunk', async (context) => {
  const { peer, connection, messages } = await overTcp(context);
  const push = messages.push.bind(messages);
  messages.push = (...received) => (connection.close(), push(...received));
  const ended = once(peer, 'close');
  peer.write(Buffer.concat([DATA, STUN, DATA]));
  await ended;
  assert.deepEqual([...messages], [DATA]);
});

test('a stream that is not read reports full, then drops relayed data, and sends STUN', async (context) => {
  const { peer, connection } = await overTcp(context);
  peer.pause();
  const data = Buffer.alloc(16 * 1024);
  data.writeUInt16BE(0x4000);
  data.writeUInt16BE(data.length - 4, 2);
  let sent = 0;
  while (!connection.isFull && sent++ < 10_000) connection.send(data);
  assert.ok(connection.isFull);
  assert.equal(connection.dropped, 0);
  while (connection.dropped === 0 && sent++ < 20_000) connection.send(data);
  assert.equal(connection.dropped, 1);
  connection.send(STUN);
  assert.equal(connection.dropped, 1);
  let last: Buffer = Buffer.alloc(0);
  peer.on('data', (chunk: Buffer) => (last = Buffer.concat([last, chunk]).subarray(-STUN.length)));
  peer.resume();
  await until('the STUN message is the last that arrives', () => last.equals(STUN));
});

test('a refused connection is an error, not a loss', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const events = { onMessage: () => undefined, onClose: () => assert.fail('it was told as a loss') };
  await assert.rejects(openTurnConnection({ ...LOOPBACK, port, transport: 'tcp' }, events), /ECONNREFUSED/);
});

test('over UDP, a server that is gone is reported once, and nothing after close', async () => {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const open = async (problems: string[]): Promise<TurnConnection> =>
    openTurnConnection(
      { ...LOOPBACK, port, transport: 'udp' },
      { onMessage: () => undefined, onClose: (problem) => problems.push(problem) },
    );
  const lost: string[] = [];
  const closed: string[] = [];
  const connection = await open(lost);
  const another = await open(closed);
  server.close();
  another.send(STUN);
  another.close();
  another.send(STUN);
  await until('the loss is told', () => {
    connection.send(STUN);
    return lost.length > 0;
  });
  connection.send(STUN);
  connection.close();
  await settled();
  assert.equal(lost.length, 1);
  assert.deepEqual(closed, []);
});
