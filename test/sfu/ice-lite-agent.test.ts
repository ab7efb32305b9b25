import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { classes, parseMessage, type Message } from 'werift';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import { RtcSocket } from '../../server/sfu/rtc-socket.ts';
import { connectivityCheck, USE_CANDIDATE, type CheckOptions } from '../support/node-viewer.ts';

/** Sends the last check: its answer shows that everything sent before has arrived. */
const barrier = createSocket('udp4');
const users = new IceUsers();
const server = await RtcSocket.open(0, users, pino({ level: 'silent' }));
const sockets: Socket[] = [barrier];
after(async () => {
  for (const socket of sockets) socket.close();
  await server.close();
});

async function viewer(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  sockets.push(socket);
  return socket;
}

const ICE_CONTROLLED = Buffer.from('802900080000000000000001', 'hex');
const UNKNOWN = Buffer.from('7777000400000000', 'hex');

const check = (agent: IceLiteAgent, options?: CheckOptions) => connectivityCheck(agent.parameters, options);

/** Sends and waits for the answer. */
async function ask(socket: Socket, request: Buffer): Promise<Message> {
  const answer = once(socket, 'message');
  socket.send(request, server.port, '127.0.0.1');
  const message = parseMessage((await answer)[0] as Buffer);
  assert.ok(message);
  return message;
}

/** Sends a datagram that must not be answered, then waits until a genuine check of another agent is answered. */
async function send(socket: Socket, datagram: Buffer): Promise<void> {
  const received = server.counters.received;
  socket.send(datagram, server.port, '127.0.0.1');
  const other = new IceLiteAgent(users, () => 0);
  while (server.counters.received < received + 2) await ask(barrier, check(other));
  other.close();
}

test('a check is answered with its source address, signed', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const socket = await viewer();
  const request = check(agent);
  const answer = once(socket, 'message');
  socket.send(request, server.port, '127.0.0.1');
  const response = parseMessage((await answer)[0] as Buffer, Buffer.from(agent.parameters.password));
  assert.ok(response, 'the integrity of the answer verifies with the password');
  assert.equal(response.messageClass, classes.RESPONSE);
  assert.deepEqual(response.transactionId, request.subarray(8, 20));
  assert.deepEqual(response.getAttributeValue('XOR-MAPPED-ADDRESS'), ['127.0.0.1', socket.address().port]);
  assert.equal(agent.selected?.port, socket.address().port);
  agent.close();
});

const forgeries: [name: string, options: CheckOptions][] = [
  ['an unknown user', { username: 'nobody:browser' }],
  ['no user name', { username: '' }],
  ['no integrity', { password: null }],
  ['an integrity made with another password', { password: 'x'.repeat(32) }],
  ['a nomination behind its integrity', { nominate: false, appended: USE_CANDIDATE }],
];
for (const [name, options] of forgeries) {
  test(`a request with ${name} is not answered and moves no path`, async () => {
    let nowUs = 1;
    const agent = new IceLiteAgent(users, () => nowUs);
    const [genuine, forger] = [await viewer(), await viewer()];
    await ask(genuine, check(agent));
    nowUs = 2;
    let answers = 0;
    forger.on('message', () => answers++);
    await send(forger, check(agent, options));
    assert.equal(agent.selected?.port, genuine.address().port);
    assert.equal(agent.consentUs, 1, 'it does not keep the viewer alive either');
    const data = once(genuine, 'message');
    assert.equal(agent.send(Buffer.from('media')), true);
    assert.equal(((await data)[0] as Buffer).toString(), 'media');
    assert.equal(answers, 0);
    agent.close();
  });
}

test('every truncation and every flipped byte of a check is refused', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const socket = await viewer();
  const request = check(agent);
  for (let length = 0; length < request.length; length++) await send(socket, request.subarray(0, length));
  for (let index = 0; index < request.length; index++) {
    const flipped = Buffer.from(request);
    flipped[index] = (flipped[index] ?? 0) ^ 0x01;
    await send(socket, flipped);
  }
  assert.equal(agent.selected, undefined);
  assert.equal(agent.counters.accepted, 0);
  agent.close();
});

test('media follows the last nomination', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const [home, train] = [await viewer(), await viewer()];
  await ask(home, check(agent));
  await ask(train, check(agent, { nominate: false }));
  assert.equal(agent.selected?.port, home.address().port, 'a check without nomination does not move it');
  await ask(train, check(agent));
  assert.equal(agent.selected?.port, train.address().port);
  agent.close();
});

test('datagrams are accepted only from addresses that a genuine check validated', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const [known, stranger] = [await viewer(), await viewer()];
  const received: string[] = [];
  agent.onData = (datagram) => received.push(datagram.subarray(1).toString());
  await ask(known, check(agent));
  await send(stranger, Buffer.from('\x16stranger'));
  await send(known, Buffer.from('\x16known'));
  assert.deepEqual(received, ['known']);
  agent.close();
  await send(known, Buffer.from('\x16after close'));
  assert.deepEqual(received, ['known']);
});

test('after an ICE restart the old credentials work until the new ones are used', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const socket = await viewer();
  const old = check(agent);
  await ask(socket, old);
  const before = agent.parameters;
  assert.notDeepEqual(agent.restart(), before);
  await ask(socket, old);
  await ask(socket, check(agent));
  const { accepted } = agent.counters;
  await send(socket, old);
  assert.equal(agent.counters.accepted, accepted);
  agent.close();
});

test('an unknown attribute that must be understood is answered with 420, a role conflict with 487', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const socket = await viewer();
  const unknown = await ask(socket, check(agent, { extra: UNKNOWN }));
  assert.equal(unknown.getAttributeValue('ERROR-CODE')[0], 420);
  const conflict = await ask(socket, check(agent, { extra: ICE_CONTROLLED }));
  assert.equal(conflict.getAttributeValue('ERROR-CODE')[0], 487);
  assert.equal(agent.selected, undefined);
  agent.close();
});

test('a genuine check from port 0 is not followed', async () => {
  const agent = new IceLiteAgent(users, () => 0);
  const socket = await viewer();
  await ask(socket, check(agent));
  // Only raw sockets can send from port 0, so the test calls the socket's handler.
  agent.onBindingRequest(check(agent), {
    kind: 'udp',
    address: '127.0.0.1',
    port: 0,
    send: () => assert.fail('it was answered'),
    claim: () => assert.fail('it was followed'),
    release: () => {},
  });
  assert.equal(agent.counters.refused, 1);
  assert.equal(agent.selected?.port, socket.address().port);
  agent.close();
});
