import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { HttpServer } from '../../server/api/http-server.ts';
import { SignalingServer } from '../../server/api/signaling-server.ts';
import { trustedProxies } from '../../server/api/trusted-proxies.ts';
import { serverClock as clock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { Sfu } from '../../server/sfu/sfu.ts';
import { SIGNALING_CLOSE, SIGNALING_PATH } from '../../server/wire/signaling.ts';
import { SignalingSocket } from '../support/signaling-socket.ts';
import { until } from '../support/until.ts';

/** More than the kernel takes of a connection nobody reads from. */
const MORE_THAN_FITS = 'x'.repeat(24 * 1024 * 1024);

/** Real sockets and a real SFU; every token is good, and `rights` says what may be seen. */
async function startSignaling(context: TestContext, rights: Set<string>) {
  const log = createLog('silent');
  const video = { subscribe: () => ({ close: () => undefined }), requestKeyframe: () => undefined };
  const sfu = await Sfu.open({ rtcPort: 0, announcedAddresses: [], video, clock, log });
  const signaling = new SignalingServer({
    access: {
      identify: (token) => ({ userId: 'anna', sessionId: token, expiresAtMs: Date.now() + 60_000 }),
      camerasOf: () => [],
      mayWatch: (_userId, cameraId) => rights.has(cameraId),
      iceServersFor: () => [],
    },
    isTrustedProxy: trustedProxies([]),
    sfu,
    clock,
    log,
  });
  const http = new HttpServer({
    app: (_request, response) => response.end(),
    upgrades: { [SIGNALING_PATH]: (request, socket, head) => signaling.handleUpgrade(request, socket, head) },
    log,
  });
  const port = await http.listen(0, '127.0.0.1');
  context.after(async () => {
    signaling.close();
    await Promise.all([http.close(), sfu.close()]);
  });
  return { signaling, sfu, url: `http://127.0.0.1:${port}` };
}

test('a right that is revoked ends on every socket of the user, also behind one that does not read', async (context) => {
  const rights = new Set(['door', 'garden']);
  const { signaling, sfu, url } = await startSignaling(context, rights);
  const sockets = [await SignalingSocket.open(url, 'deaf'), await SignalingSocket.open(url, 'listening')];
  const [deaf, listening] = sockets as [SignalingSocket, SignalingSocket];
  for (const socket of sockets) {
    const { id: transportId } = await socket.request('createWebRtcTransport', {});
    await socket.request('consume', { transportId, cameraId: 'door' });
  }
  assert.equal(sfu.stats.consumers, 2);

  deaf.socket.pause();
  signaling.notifyWatchersOf('garden', {
    type: 'notification',
    method: 'cameraOnline',
    data: { cameraId: MORE_THAN_FITS },
  });
  await once(listening.socket, 'message');
  rights.delete('door');
  signaling.refreshAccess('anna');
  assert.equal(sfu.stats.consumers, 0);
  await until('the one that reads is told', () =>
    listening.received.some(
      (message) => message.type === 'notification' && message.method === 'consumerClosed',
    ),
  );

  deaf.socket.resume();
  await until('the one that did not is closed', () => deaf.closeCode);
  assert.equal(deaf.closeCode, SIGNALING_CLOSE.tooSlow);
  listening.close();
});
