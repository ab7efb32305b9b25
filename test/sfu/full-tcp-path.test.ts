/** A viewer over real TCP that stops reading: what it loses, in which order, and what it gets when it reads again. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { pino } from 'pino';
import { Deframer, framed } from '../../server/core/rtp/rtp-framing.ts';
import { IceLiteAgent } from '../../server/sfu/ice-lite-agent.ts';
import { IceUsers } from '../../server/sfu/ice-users.ts';
import type { OutgoingPacket } from '../../server/sfu/rtp-stream.ts';
import { RtcTcpListener } from '../../server/sfu/rtc-tcp-listener.ts';
import { connectivityCheck } from '../support/node-viewer.ts';
import { ScriptedConsumer } from '../support/scripted-consumer.ts';
import { until } from '../support/until.ts';

/** L1T3. */
const LAYERS = [
  { tid: 0, layerSync: false },
  { tid: 2, layerSync: true },
  { tid: 1, layerSync: true },
  { tid: 2, layerSync: false },
] as const;

test('a viewer whose TCP connection is full loses upper layers first, then all, and goes on with one keyframe', async (context) => {
  const users = new IceUsers();
  const listener = await RtcTcpListener.open({ port: 0, users, log: pino({ level: 'silent' }) });
  const agent = new IceLiteAgent(users, () => 0);
  const socket = connect(listener.port, '127.0.0.1');
  context.after(async () => {
    socket.destroy();
    agent.close();
    await listener.close();
  });
  let received = 0;
  const deframer = new Deframer(() => received++);
  socket.on('data', (chunk: Buffer) => void deframer.push(chunk));
  socket.write(framed(connectivityCheck(agent.parameters)));
  await until('it is answered', () => received > 0);

  const rig = new ScriptedConsumer();
  Object.defineProperties(rig.path, {
    isFilling: { get: () => agent.isFilling },
    isFull: { get: () => agent.isFull },
    send: { value: (packet: OutgoingPacket) => agent.send(packet.write(0)) },
  });
  rig.consumer.resume();
  rig.frame(true);
  socket.pause();
  const lost: number[] = [];
  let basesAfterLoss = 0;
  let sent = rig.consumer.stats.framesSent;
  const send = (count: number): void => {
    const layer = LAYERS[count % LAYERS.length];
    if (layer && rig.picture({ full: { layer } }) === sent) lost.push(layer.tid);
    else if (layer?.tid === 0 && lost.length > 0) basesAfterLoss++;
    sent = rig.consumer.stats.framesSent;
  };
  for (let count = 1; !lost.includes(0) && count < 100_000; count++) {
    send(count);
    if (count % 20 === 0) await new Promise(setImmediate);
  }
  assert.ok(basesAfterLoss > 1, 'the base layer goes on while upper ones are lost');
  assert.equal(agent.isFull, true);
  assert.equal(listener.counters.dropped, 0);
  assert.equal(rig.keyframeRequests, 0, 'there is no room for a keyframe yet');

  socket.resume();
  await until('there is room again', () => !agent.isFull);
  send(0);
  assert.equal(lost.at(-1), 0, 'it refers to what was lost');
  assert.deepEqual(rig.keyframesAsked, ['full']);
  const before = sent;
  assert.equal(rig.frame(true), before + 1);
});
