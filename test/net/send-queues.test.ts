import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { pauseAfter, SendQueues } from '../../server/net/send-queues.ts';
import { until } from '../support/until.ts';

const LINUX_ONLY = { skip: process.platform !== 'linux' && 'only Linux tells' };

/** @returns both ends of a connection over loopback */
async function connection(
  context: TestContext,
  host: string,
  to = host,
): Promise<[ours: Socket, theirs: Socket]> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const theirs = connect((server.address() as AddressInfo).port, to);
  const [ours] = (await once(server, 'connection')) as [Socket];
  context.after(() => {
    for (const socket of [ours, theirs]) socket.on('error', () => undefined).destroy();
    server.close();
  });
  return [ours, theirs];
}

suite('bytes that the peer has not acknowledged', LINUX_ONLY, () => {
  for (const [name, host, to] of [
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv4 on a socket for both', '::', '127.0.0.1'],
  ] as const) {
    test(`are told while it does not read, and none after it has: ${name}`, async (context) => {
      const [ours, theirs] = await connection(context, host, to);
      theirs.pause();
      const queues = new SendQueues();
      const seen: (number | undefined)[] = [];
      const watch = queues.watch(ours, (bytes) => seen.push(bytes));
      context.after(() => watch.close());
      ours.write(Buffer.alloc(32 * 1024 * 1024));
      await until('they pile up', () => (seen.at(-1) ?? 0) > 1024 * 1024);
      theirs.resume();
      await until('they are gone', () => seen.at(-1) === 0);
      watch.close();
      const told = seen.length;
      const again = queues.watch(ours, (bytes) => seen.push(bytes));
      await until('another watch is told', () => seen.length > told);
      again.close();
    });
  }
});

test('readings that take long are fewer, but a busy machine delays no picture for long', () => {
  assert.deepEqual([0, 0.5, 2, 5, 50, 5_000].map(pauseAfter), [20, 20, 40, 100, 100, 100]);
});

test('nothing is known of a connection that the system does not list', async (context) => {
  const [ours] = await connection(context, '127.0.0.1');
  const nowhere = Object.create(ours, { remotePort: { value: 1 } }) as Socket;
  const queues = new SendQueues();
  const seen: (number | undefined)[] = [];
  const watch = queues.watch(nowhere, (bytes) => seen.push(bytes));
  await until('it is told', () => seen.length > 0);
  watch.close();
  assert.deepEqual(new Set(seen), new Set([undefined]));
});
