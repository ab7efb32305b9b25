import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import type { ViewerTransport } from '../../server/sfu/viewer-transport.ts';
import { connectivityCheck } from '../support/node-viewer.ts';
import { ScriptedVideo } from '../support/scripted-video.ts';
import { until } from '../support/until.ts';

let sfu: Sfu;
let transport: ViewerTransport;
let check: Buffer;
before(async () => {
  sfu = await Sfu.open({
    rtcPort: 0,
    rtcTcpPort: 0,
    announcedAddresses: ['51.15.7.2'],
    relayOnly: true,
    video: new ScriptedVideo(),
    clock: serverClock,
    log: createLog('silent'),
  });
  transport = sfu.createTransport('127.0.0.1');
  check = connectivityCheck(sfu.transportParameters(transport, '127.0.0.1').iceParameters);
});
after(() => sfu.close());

test('with the relay only, viewers are told no address of the server', () => {
  assert.deepEqual(sfu.transportParameters(transport, '127.0.0.1').iceCandidates, []);
});

test('with the relay only, an authentic check by UDP is not answered', async () => {
  const viewer = createSocket('udp4');
  viewer.send(check, sfu.port, '127.0.0.1');
  await until(() => sfu.stats.socket.received === 1);
  assert.equal(sfu.stats.socket.sent, 0);
  assert.equal(transport.pathKind, undefined);
  viewer.close();
});

test('with the relay only, one by TCP is not answered either', async () => {
  const viewer = connect(sfu.tcpPort ?? 0, '127.0.0.1');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(check.length);
  viewer.write(Buffer.concat([length, check]));
  await until(() => sfu.stats.tcp?.received === 1);
  assert.equal(sfu.stats.tcp?.sent, 0);
  assert.equal(transport.pathKind, undefined);
  viewer.destroy();
});
