import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { writeXorAddress, type TransportAddress } from '../../server/core/stun-turn/stun-address.ts';
import { ATTRIBUTE, writeStun } from '../../server/core/stun-turn/stun-message.ts';
import { createLog } from '../../server/log.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { ScriptedVideo } from '../support/scripted-video.ts';
import { until } from '../support/until.ts';

const BINDING_RESPONSE = 0x0101;
const SEEN = { address: '51.15.7.2', port: 8081 };
const OTHER = { address: '51.15.7.2', port: 9000 };

/** A STUN server that says what it is told to. */
async function stunServer(host: string, seen: () => TransportAddress): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    const id = request.subarray(8, 20);
    const value = writeXorAddress(seen(), id);
    socket.send(
      writeStun(BINDING_RESPONSE, id, [[ATTRIBUTE.xorMappedAddress, value]]),
      from.port,
      from.address,
    );
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}

function urlOf(server: Socket): string {
  const { address, port } = server.address();
  return `stun:${address}:${port}`;
}

test('only transports that were told another mapped address, or none, are outdated', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  let [first, second]: TransportAddress[] = [SEEN, SEEN];
  const servers = await Promise.all([
    stunServer('127.0.0.1', () => first ?? SEEN),
    stunServer('127.0.0.2', () => second ?? SEEN),
  ]);
  context.after(() => servers.forEach((server) => server.close()));
  let skippedUs = 0;
  const sfu = await Sfu.open({
    rtcPort: 0,
    announcedAddresses: [],
    punching: { stunUrls: servers.map(urlOf) },
    video: new ScriptedVideo(),
    isAttended: () => true,
    clock: () => serverClock() + skippedUs,
    log: createLog('silent'),
  });
  context.after(() => sfu.close());
  const outdated: string[] = [];
  const open = (name: string): void => {
    sfu.createTransport('9.8.7.6').on('outdated', () => outdated.push(name));
  };
  const nextRound = async (state: string): Promise<void> => {
    skippedUs += 15_000_000;
    context.mock.timers.tick(1_000);
    await until(() => sfu.mapping?.state === state);
  };

  open('told none');
  await until(() => sfu.mapping?.state === 'verified');
  assert.deepEqual(outdated.splice(0), ['told none']);
  open('told it');
  second = OTHER;
  await nextRound('symmetric');
  open('told none again');
  second = SEEN;
  await nextRound('verified');
  assert.deepEqual(outdated.splice(0), ['told none', 'told none again']);
  first = second = OTHER;
  skippedUs += 15_000_000;
  context.mock.timers.tick(1_000);
  await until(() => sfu.mapping?.address === '51.15.7.2:9000');
  assert.deepEqual(outdated, ['told none', 'told it', 'told none again']);
});
