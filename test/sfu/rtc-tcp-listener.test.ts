import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { classes, parseMessage } from 'werift';
import { Deframer, framed } from '../../server/core/rtp/rtp-framing.ts';
import { VigieError } from '../../server/errors.ts';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import { RtcTcpListener, type RtcTcpListenerOptions } from '../../server/sfu/rtc-tcp-listener.ts';
import { connectivityCheck } from '../support/node-viewer.ts';
import { until } from '../support/until.ts';

const log = pino({ level: 'silent' });

async function open(context: TestContext, options: Partial<RtcTcpListenerOptions> = {}) {
  const users = new IceUsers();
  const listener = await RtcTcpListener.open({ port: 0, users, log, ...options });
  const agent = new IceLiteAgent(users, () => 0);
  context.after(async () => {
    agent.close();
    await listener.close();
  });
  return { listener, users, agent };
}

class TcpViewer {
  readonly socket: Socket;
  readonly datagrams: Buffer[] = [];
  closed = false;

  constructor(context: TestContext, port: number) {
    this.socket = connect(port, '127.0.0.1');
    const deframer = new Deframer((datagram) => this.datagrams.push(Buffer.from(datagram)));
    this.socket.on('data', (chunk: Buffer) => assert.ok(deframer.push(chunk)));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.closed = true;
    });
    context.after(() => this.socket.destroy());
  }

  send(datagram: Buffer): void {
    this.socket.write(framed(datagram));
  }

  untilClosed(): Promise<true> {
    return until('the connection is closed', () => this.closed);
  }
}

test('a check over TCP is answered, framed and signed, and its connection carries datagrams both ways', async (context) => {
  const { listener, agent } = await open(context);
  const viewer = new TcpViewer(context, listener.port);
  const request = connectivityCheck(agent.parameters);
  // One byte at a time, as TCP may deliver it.
  for (const byte of framed(request)) viewer.socket.write(Buffer.of(byte));
  const answer = await until('it is answered', () => viewer.datagrams[0]);
  const response = parseMessage(answer, Buffer.from(agent.parameters.password));
  assert.ok(response, 'the integrity verifies');
  assert.equal(response.messageClass, classes.RESPONSE);
  assert.deepEqual(response.transactionId, request.subarray(8, 20));
  assert.deepEqual(response.getAttributeValue('XOR-MAPPED-ADDRESS'), ['127.0.0.1', viewer.socket.localPort]);

  const received: string[] = [];
  agent.onData = (datagram) => received.push(datagram.toString());
  viewer.send(Buffer.from('\x80 from the viewer', 'latin1'));
  await until('it arrives', () => received.length === 1);
  assert.ok(agent.send(Buffer.from('to the viewer')));
  await until('it arrives there', () =>
    viewer.datagrams.some((datagram) => datagram.toString() === 'to the viewer'),
  );
  assert.deepEqual([listener.counters.accepted, listener.counters.malformed, listener.openCount], [1, 0, 1]);
});

const NOT_VIEWERS: [name: string, bytes: (agent: IceLiteAgent) => Buffer][] = [
  ['something that is not STUN', () => framed(Buffer.from('\x80 media before any check', 'latin1'))],
  ['a length beyond all reason', () => Buffer.from('ffff', 'hex')],
  ['an HTTP request', () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['a TLS handshake', () => Buffer.from('16030102000100', 'hex')],
  [
    'check after check with a wrong password',
    (agent) =>
      Buffer.concat(
        Array.from({ length: 200 }, () =>
          framed(connectivityCheck(agent.parameters, { password: 'x'.repeat(32) })),
        ),
      ),
  ],
];
for (const [name, bytes] of NOT_VIEWERS) {
  test(`${name} closes the connection without an answer`, async (context) => {
    const { listener, agent } = await open(context);
    const viewer = new TcpViewer(context, listener.port);
    viewer.socket.write(bytes(agent));
    await viewer.untilClosed();
    assert.equal(listener.counters.malformed, 1);
    assert.deepEqual(viewer.datagrams, []);
    assert.equal(agent.selected, undefined);
  });
}

test('a connection without a valid check in time is closed', async (context) => {
  const { listener, agent } = await open(context, { claimTimeoutMs: 100 });
  const silent = new TcpViewer(context, listener.port);
  const forger = new TcpViewer(context, listener.port);
  forger.send(connectivityCheck(agent.parameters, { password: null }));
  const good = new TcpViewer(context, listener.port);
  good.send(connectivityCheck(agent.parameters));
  await Promise.all([silent.untilClosed(), forger.untilClosed()]);
  assert.equal(listener.counters.timedOut, 2);
  await until('the good one is answered', () => good.datagrams.length > 0);
  assert.equal(good.closed, false);
});

test("a network has a limited number of connections: a new one replaces an unclaimed one, never a viewer's", async (context) => {
  const { listener, agent } = await open(context, { maxPerNetwork: 2 });
  const first = new TcpViewer(context, listener.port);
  first.send(connectivityCheck(agent.parameters));
  await until('it is answered', () => first.datagrams.length > 0);
  const silent = new TcpViewer(context, listener.port);
  await until('two are open', () => listener.openCount === 2);
  const third = new TcpViewer(context, listener.port);
  third.send(connectivityCheck(agent.parameters));
  await silent.untilClosed();
  await until('the new one is answered', () => third.datagrams.length > 0);
  const fourth = new TcpViewer(context, listener.port);
  await fourth.untilClosed();
  assert.deepEqual([first.closed, third.closed], [false, false]);
  const { accepted, displaced, refused } = listener.counters;
  assert.deepEqual({ accepted, displaced, refused }, { accepted: 3, displaced: 1, refused: 1 });
  first.socket.destroy();
  await until('one has left', () => listener.openCount === 1);
  const fifth = new TcpViewer(context, listener.port);
  await until('there is room again', () => listener.openCount === 2);
  assert.equal(fifth.closed, false);
});

test('a viewer that does not read fills its path, and memory stays bounded', async (context) => {
  const { listener, agent } = await open(context);
  const viewer = new TcpViewer(context, listener.port);
  viewer.send(connectivityCheck(agent.parameters));
  await until('it is answered', () => viewer.datagrams.length > 0);
  assert.equal(agent.isFull, false);
  viewer.socket.pause();
  const packet = Buffer.alloc(1200, 1);
  // More than the kernel's buffers on both sides, without a pause in which they could drain.
  for (let sent = 0; sent < 40_000 && listener.counters.dropped === 0; sent++) {
    agent.send(packet);
    if (sent % 100 === 0) await new Promise(setImmediate);
  }
  assert.equal(agent.isFull, true);
  assert.ok(listener.counters.dropped > 0, 'datagrams that do not fit are dropped');
  viewer.socket.resume();
  await until('the line is free again', () => !agent.isFull);
});

test('a leaving viewer closes its connection, and closing the server closes all', async (context) => {
  const { listener, agent, users } = await open(context);
  const viewer = new TcpViewer(context, listener.port);
  viewer.send(connectivityCheck(agent.parameters));
  await until('it is answered', () => viewer.datagrams.length > 0);
  const other = new IceLiteAgent(users, () => 0);
  const staying = new TcpViewer(context, listener.port);
  staying.send(connectivityCheck(other.parameters));
  await until('so is the other', () => staying.datagrams.length > 0);
  agent.close();
  await viewer.untilClosed();
  assert.equal(staying.closed, false);
  other.send(Buffer.from('still here'));
  await until('it is served', () => staying.datagrams.length > 1);
  staying.socket.destroy();
  await until('the connection is gone', () => listener.openCount === 0);
  assert.equal(other.send(Buffer.from('into the void')), true, 'until the viewer validates another path');
});

test('a taken port stops the start with one line', async (context) => {
  const { listener } = await open(context);
  await assert.rejects(
    RtcTcpListener.open({ port: listener.port, users: new IceUsers(), log }),
    (error) =>
      error instanceof VigieError && /TCP port \d+ for viewers .*VIGIE_RTC_TCP_PORT/.test(error.message),
  );
});
