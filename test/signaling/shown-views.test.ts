/** Tests that a page's report of its views reaches the SFU. */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { SignalingSessionOptions } from '../../server/signaling/signaling-session.ts';
import { AUTHENTICATE, openSession } from '../support/signaling-session.ts';

class ScriptedTransport extends EventEmitter {
  static readonly all: ScriptedTransport[] = [];
  readonly id = String(ScriptedTransport.all.push(this));
  readonly qualities: string[] = [];
  readonly setQuality = (quality: string): void => void this.qualities.push(quality);
  readonly close = (): void => undefined;
}

test('the size of a view and the quality of all of them reach the SFU, the quality on later transports too', () => {
  const views: object[] = [];
  const consumer = Object.assign(new EventEmitter(), {
    id: 'c',
    cameraId: 'door',
    parameters: () => ({}),
    setView: (view: object) => void views.push(view),
  });
  const sfu = {
    createTransport: () => new ScriptedTransport(),
    transportParameters: ({ id }: ScriptedTransport) => ({ id }),
    consume: () => consumer,
  };
  const { socket, session, ask } = openSession({ sfu: sfu as unknown as SignalingSessionOptions['sfu'] });
  socket.say(AUTHENTICATE);
  ask('createWebRtcTransport', {});
  ask('consume', { transportId: '1', cameraId: 'door' });
  const answer = ask('setView', { consumerId: 'c', width: 300, height: 225, focused: true });
  assert.deepEqual(answer?.type === 'response' && answer.ok && answer.data, {});
  assert.deepEqual(views, [{ width: 300, height: 225, focused: true }]);
  ask('setQuality', { quality: 'half' });
  ask('createWebRtcTransport', {});
  const [first, second] = ScriptedTransport.all;
  assert.deepEqual([first?.qualities, second?.qualities], [['full', 'half'], ['half']]);
  const unknown = ask('setView', { consumerId: 'other', width: 300, height: 225 });
  assert.equal(unknown?.type === 'response' && !unknown.ok && unknown.error.code, 'notFound');
  session.close('tokenExpired');
});
