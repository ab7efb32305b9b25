/** A signaling session answers nothing before its token, and consumes no camera without the right to it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VigieError } from '../../server/errors.ts';
import type { MediaServer } from '../../server/core/media-server.ts';
import type { ViewerIdentity } from '../../server/signaling/signaling-access.ts';
import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';
import { AUTHENTICATE, openSession, type ScriptedSession } from '../support/signaling-session.ts';

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
  const identify = () => ({ userId, grant: null, sessionId: 's', expiresAtMs: Date.now() + 60_000 });
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

const GRANT = { everyCamera: ['live'], cameras: [], powers: [] } as const;

test('a socket by a key stays that key: another key, or its user in person, does not take it over', () => {
  let who = { userId: 'anna', grant: GRANT, sessionId: 'key_a', expiresAtMs: Infinity } as ViewerIdentity;
  const { socket, session, ask } = openSession({ access: { identify: () => who } });
  socket.say(AUTHENTICATE);
  assert.deepEqual(socket.sent[0], { type: 'authenticated', expiresInSeconds: null });
  for (const other of [
    { ...who, sessionId: 'key_b' },
    { ...who, sessionId: 's', grant: null },
  ]) {
    who = other;
    const answer = ask('authenticate', { token: 'another' });
    assert.equal(answer?.type === 'response' && !answer.ok && answer.error.code, 'unauthorized');
    assert.equal(session.identity?.sessionId, 'key_a');
  }
  session.close('serverStopping');
});

const days = (count: number): number => count * 86_400_000;

function openByKey(expiresAtMs: number): ScriptedSession {
  const opened = openSession({
    access: { identify: () => ({ userId: 'anna', grant: GRANT, sessionId: 'key_a', expiresAtMs }) },
  });
  opened.socket.say(AUTHENTICATE);
  return opened;
}

test('a key ends its socket when it expires, however far away that is, and one that never expires does not', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  // Timers of the runtime reach 24 days.
  const [year, forever] = [openByKey(Date.now() + days(365)), openByKey(Infinity)];
  context.mock.timers.tick(days(364));
  assert.deepEqual([year.socket.closedWith, forever.socket.closedWith], [undefined, undefined]);
  context.mock.timers.tick(days(1));
  assert.deepEqual(
    [year.socket.closedWith, forever.socket.closedWith],
    [SIGNALING_CLOSE.tokenExpired, undefined],
  );
  forever.session.close('serverStopping');
});

test('requests on the socket of a key count as requests of the key', () => {
  const counted: string[] = [];
  const { socket, session, ask } = openSession({
    access: {
      identify: () => ({ userId: 'anna', grant: GRANT, sessionId: 'key_a', expiresAtMs: Infinity }),
      countRequest: (keyId, address) => {
        if (counted.push(`${keyId} ${address}`) > 1)
          throw new VigieError('tooManyRequests', 'this API key sends too many');
      },
    },
  });
  socket.say(AUTHENTICATE);
  const answers = [ask('getTime', { t0: 0 }), ask('getTime', { t0: 0 })];
  assert.deepEqual(
    answers.map((answer) => answer?.type === 'response' && (answer.ok || answer.error.code)),
    [true, 'tooManyRequests'],
  );
  assert.equal(counted[0], 'key_a 192.0.2.1');
  assert.equal(socket.closedWith, undefined);
  session.close('serverStopping');
});
