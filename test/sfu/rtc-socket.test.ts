import assert from 'node:assert/strict';
import { Socket } from 'node:dgram';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import { RtcSocket } from '../../server/sfu/rtc-socket.ts';
import { NodeViewer } from '../support/node-viewer.ts';

const users = new IceUsers();
const log = pino({ level: 'silent' });
const server = await RtcSocket.open(0, users, log);
after(() => server.close());

test('an overloaded network causes skipped frames first, then dropped datagrams', async (context) => {
  const agent = new IceLiteAgent(users, () => 0);
  const viewer = await NodeViewer.create({
    port: server.port,
    iceParameters: agent.parameters,
    fingerprints: [],
  });
  await viewer.check();
  assert.equal(agent.isFull, false);
  const { sent } = server.counters;
  const MIB = 1024 * 1024;
  let waiting = 2 * MIB;
  context.mock.method(Socket.prototype, 'getSendQueueSize', () => waiting);
  assert.equal(agent.isFull, true, 'frames are skipped');
  agent.send(Buffer.from('the rest of a frame'));
  assert.deepEqual([server.counters.sent, server.counters.dropped], [sent + 1, 0]);
  waiting = 5 * MIB;
  agent.send(Buffer.from('too much'));
  assert.deepEqual([server.counters.sent, server.counters.dropped], [sent + 1, 1]);
  agent.close();
  viewer.close();
});

test('a port that another program holds is a mistake in the configuration', async () => {
  await assert.rejects(RtcSocket.open(server.port, users, log), {
    code: 'configuration',
    message: /VIGIE_RTC_PORT/,
  });
});
