/** A signaling session answers nothing before its token, and consumes no camera without the right to it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import type { MediaServer } from '../../server/core/media-server.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';
import { AUTHENTICATE, openSession } from '../support/signaling-session.ts';

/** A media server for transports only. @param closed called with the reason for closing the transport */
function sfuWithoutConsumers(closed: string[] = []): MediaServer {
  const transport = {
    id: 'transport',
    once: () => undefined,
    setQuality: () => undefined,
    close: (reason: string) => closed.push(reason),
  };
  const sfu: Partial<Record<keyof MediaServer, unknown>> = {
    createTransport: () => transport,
    transportParameters: () => ({ id: transport.id }),
    consume: () => assert.fail('the SFU was asked for a camera'),
  };
  return sfu as unknown as MediaServer;
}

function expired(): never {
  throw new VigieError('unauthorized', 'this token has expired');
}

test('consuming a camera without the right is answered like consuming one that does not exist', () => {
  const { socket, session, ask } = openSession({
    sfu: sfuWithoutConsumers(),
    access: { may: () => false },
  });
  socket.say(AUTHENTICATE);
  ask('createWebRtcTransport', {});
  const answer = ask('consume', { transportId: 'transport', cameraId: 'garden' });
  assert.deepEqual(answer, {
    type: 'response',
    id: 2,
    ok: false,
    error: { code: 'notFound', detail: 'there is no such camera, or you have no right to it' },
  });
  session.close('tokenExpired');
});

test('the transports of a session cannot be used from another session, even of the same user', () => {
  const sfu = sfuWithoutConsumers();
  const owner = openSession({ sfu });
  const other = openSession({ sfu });
  for (const { socket } of [owner, other]) socket.say(AUTHENTICATE);
  owner.ask('createWebRtcTransport', {});
  for (const [method, data] of [
    ['consume', { transportId: 'transport', cameraId: 'door' }],
    ['restartIce', { transportId: 'transport' }],
    ['closeWebRtcTransport', { transportId: 'transport' }],
  ] as const) {
    const answer = other.ask(method, data);
    assert.equal(answer?.type === 'response' && !answer.ok && answer.error.code, 'notFound', method);
  }
  for (const { session } of [owner, other]) session.close('tokenExpired');
});

test('closing the socket closes the transports of the session', () => {
  const closed: string[] = [];
  const { socket, session, ask } = openSession({ sfu: sfuWithoutConsumers(closed) });
  socket.say(AUTHENTICATE);
  ask('createWebRtcTransport', {});
  socket.emit('close');
  assert.deepEqual(closed, ['requested']);
  assert.equal(session.identity, undefined);
});

test('any message before the token ends the session', () => {
  const { socket, session, ask } = openSession({
    access: { identify: () => assert.fail('there is no token') },
  });
  assert.equal(ask('getRouterRtpCapabilities', {}), undefined);
  assert.deepEqual([socket.sent, socket.closedWith], [[], SIGNALING_CLOSE.badMessage]);
  assert.equal(session.rights.may('live', 'door'), false);
  assert.equal(session.rights.lists('door'), false);
});

test('an invalid token ends the session', () => {
  const { socket } = openSession({ access: { identify: expired } });
  socket.say(AUTHENTICATE);
  assert.deepEqual([socket.sent, socket.closedWith], [[], SIGNALING_CLOSE.unauthorized]);
});

test('a token of another user does not take over a session', () => {
  let userId = 'anna';
  const identify = () => ({ userId, sessionId: 's', expiresAtMs: Date.now() + 60_000 });
  const { socket, session, ask } = openSession({ access: { identify } });
  socket.say(AUTHENTICATE);
  userId = 'ben';
  const answer = ask('authenticate', { token: 'another' });
  assert.equal(answer?.type === 'response' && !answer.ok && answer.error.code, 'unauthorized');
  assert.equal(session.identity?.userId, 'anna');
  session.close('tokenExpired');
});

test('a session without a token is closed after 5 s, and one with an expired token gets the reason', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const silent = openSession();
  const renewing = openSession();
  renewing.socket.say(AUTHENTICATE);
  context.mock.timers.tick(5_000);
  assert.equal(silent.socket.closedWith, SIGNALING_CLOSE.authenticateTimeout);
  assert.equal(renewing.socket.closedWith, undefined);
  context.mock.timers.tick(55_000);
  assert.equal(renewing.socket.closedWith, SIGNALING_CLOSE.tokenExpired);
  assert.equal(renewing.session.identity, undefined);
});
