import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { classes, parseMessage } from 'werift';
import { serverClock } from '../../server/core/clock.ts';
import { turnCredentials } from '../../server/core/stun-turn/turn-credentials.ts';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import type { Path } from '../../server/sfu/path.ts';
import { RelaySocket } from '../../server/sfu/relay-socket.ts';
import { Coturn } from '../support/coturn.ts';
import { connectivityCheck } from '../support/node-viewer.ts';
import { until } from '../support/until.ts';

const coturn = await Coturn.start();
const viewer = createSocket('udp4');
viewer.bind(0, '127.0.0.1');
await once(viewer, 'listening');
after(async () => {
  viewer.close();
  await coturn.stop();
});

const users = new IceUsers();
const log = pino({ level: 'silent' });

async function relayBy(urls: readonly string[], secret = coturn.secret): Promise<RelaySocket> {
  const credentials = () => turnCredentials(secret, 'server', Date.now(), 600);
  const relay = new RelaySocket({ urls, credentials }, users, serverClock, log);
  await until('there is a relay', () => relay.relayed);
  return relay;
}

function portOf({ relayed }: RelaySocket): number {
  assert.equal(relayed?.address, '127.0.0.1');
  return relayed.port;
}

async function answer(socket: Socket): Promise<Buffer> {
  return ((await once(socket, 'message')) as [Buffer])[0];
}

/** A viewer's path through the relay: check, answer, and data both ways. @returns the path */
async function talkThrough(relay: RelaySocket): Promise<Path> {
  const { received: before } = relay.counters;
  const agent = new IceLiteAgent(users, serverClock);
  const received: string[] = [];
  agent.onData = (datagram) => received.push(datagram.toString('latin1'));
  const checked = answer(viewer);
  await until('the check is answered', () => {
    viewer.send(connectivityCheck(agent.parameters), portOf(relay), '127.0.0.1');
    return agent.selected;
  });
  const response = parseMessage(await checked, Buffer.from(agent.parameters.password));
  assert.equal(response?.messageClass, classes.RESPONSE);
  assert.deepEqual(response.getAttributeValue('XOR-MAPPED-ADDRESS'), ['127.0.0.1', viewer.address().port]);
  const path = agent.selected ?? assert.fail('no path');
  assert.equal(path.kind, 'relay');

  // The first is sent in a Send indication and requests the channel for the others.
  const heard: string[] = [];
  const hear = (datagram: Buffer) => heard.push(datagram.toString('latin1'));
  viewer.on('message', hear);
  for (const word of ['\x80first', '\x80second of odd length', '\x80third']) {
    assert.equal(agent.send(Buffer.from(word, 'latin1')), true);
    await until(`${word} has come`, () => heard.includes(word));
  }
  viewer.send(Buffer.from('\x80back', 'latin1'), portOf(relay), '127.0.0.1');
  await until('it has come back', () => received.includes('\x80back'));
  viewer.off('message', hear);
  agent.close();
  assert.ok(relay.counters.received >= before + 2, 'a check and an answer at least');
  return path;
}

for (const [index, transport] of ['UDP', 'TCP'].entries()) {
  test(`a viewer's check, media and answers pass through the relay over ${transport}`, async () => {
    const relay = await relayBy(coturn.urls.slice(index, index + 1));
    const forbid = relay.permit('127.0.0.1');
    await talkThrough(relay);
    forbid();
    relay.close();
  });
}

test('the next server is tried when one does not answer', async () => {
  const relay = await relayBy(['turn:127.0.0.1:9', 'turn:127.0.0.1:9?transport=tcp', coturn.urls[1] ?? '']);
  await talkThrough(relay);
  relay.close();
});

test('a wrong secret yields no relay, and it is tried again', async () => {
  let attempts = 0;
  const credentials = () => {
    attempts++;
    return turnCredentials('a secret of nobody at all', 'server', Date.now(), 600);
  };
  const relay = new RelaySocket({ urls: coturn.urls.slice(0, 1), credentials }, users, serverClock, log);
  await until('it was tried again', () => attempts > 1);
  assert.equal(relay.relayed, undefined);
  relay.close();
});

test("after coturn's restart the relay returns with its permissions", async () => {
  const relay = await relayBy(coturn.urls.slice(0, 1));
  const forbid = relay.permit('127.0.0.1');
  const path = await talkThrough(relay);
  await coturn.kill();
  await until('the loss is noticed', () => relay.relayed === undefined);
  const { sent, unsent } = relay.counters;
  path.send(Buffer.from('\x80late', 'latin1'));
  assert.deepEqual([relay.counters.sent, relay.counters.unsent], [sent, unsent + 1]);
  await coturn.restart();
  await until('there is a relay again', () => relay.relayed);
  await talkThrough(relay);
  forbid();
  relay.close();
  assert.deepEqual([relay.counters.allocated, relay.counters.lost], [2, 1]);
});
