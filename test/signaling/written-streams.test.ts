/** Streams of live pictures are told to whoever writes them down, whichever way they are sent. */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { suite, test, type TestContext } from 'node:test';
import { Shares } from '../../server/core/shares.ts';
import type { SignalingSessionOptions } from '../../server/signaling/signaling-session.ts';
import { AUDITED_METHODS } from '../../server/wire/audited-routes.ts';
import { AUTHENTICATE, openSession } from '../support/signaling-session.ts';

class ScriptedMedia extends EventEmitter {
  readonly id = 'id_1';
  readonly cameraId = 'door';

  parameters(): object {
    return {};
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.emit('close', 'requested');
  }
}

function watch(context: TestContext, mayWatch: (cameraId: string) => boolean = () => true, viaEdge?: string) {
  const told: string[] = [];
  const onStream: SignalingSessionOptions['onStream'] = ({ userId, cameraId, address, device }) => {
    told.push(`${userId} watches ${cameraId} from ${address} with ${device}`);
    return () => told.push('ends');
  };
  const sfu = {
    createTransport: () => new ScriptedMedia(),
    transportParameters: () => ({ id: 'id_1' }),
    consume: () => new ScriptedMedia(),
  };
  const opened = openSession({
    onStream,
    viaEdge,
    viewerDevice: 'Firefox on Linux',
    frameWatches: new Shares({ total: 9, perUser: 9 }),
    sfu: sfu as unknown as SignalingSessionOptions['sfu'],
    frames: { subscribe: () => ({ close: () => undefined }), latest: () => undefined },
    access: { may: (_userId, _right, cameraId) => mayWatch(cameraId) },
  });
  context.after(() => opened.session.close('serverStopping'));
  opened.socket.say(AUTHENTICATE);
  return { ...opened, told };
}

const BEGINS = 'anna watches door from 192.0.2.1 with Firefox on Linux';

suite('live pictures', () => {
  test('over WebRTC are told from resume to pause, and not before', (context) => {
    const { ask, told } = watch(context);
    ask('createWebRtcTransport', {});
    ask('consume', { transportId: 'id_1', cameraId: 'door' });
    assert.deepEqual(told, []);
    ask('resumeConsumer', { consumerId: 'id_1' });
    assert.deepEqual(told, [BEGINS]);
    ask('pauseConsumer', { consumerId: 'id_1' });
    assert.deepEqual(told, [BEGINS, 'ends']);
  });

  test('over the WebSocket are told until they are stopped', (context) => {
    const { ask, told } = watch(context);
    ask('watchFrames', { cameraId: 'door' });
    assert.deepEqual(told, [BEGINS]);
    ask('stopFrames', { watchId: 1 });
    assert.deepEqual(told, [BEGINS, 'ends']);
  });

  test('end with the connection and with the right, and are not told without it', (context) => {
    let may = true;
    const { ask, socket, session, told } = watch(context, () => may);
    ask('watchFrames', { cameraId: 'door' });
    may = false;
    session.refreshAccess();
    assert.deepEqual(told, [BEGINS, 'ends']);
    ask('watchFrames', { cameraId: 'door' });
    assert.equal(told.length, 2);
    may = true;
    ask('watchFrames', { cameraId: 'door' });
    socket.emit('close');
    assert.deepEqual(told.slice(2), [BEGINS, 'ends']);
  });

  test('that an edge sends are told from when it says so, while the viewer may watch the camera', (context) => {
    let may = true;
    const { ask, socket, session, told } = watch(context, () => may, 'paris');
    ask('setWatched', { cameraIds: ['door'] });
    ask('setWatched', { cameraIds: ['door'] });
    assert.deepEqual(told, [BEGINS]);
    ask('setWatched', { cameraIds: [] });
    assert.deepEqual(told, [BEGINS, 'ends']);
    ask('setWatched', { cameraIds: ['door'] });
    may = false;
    session.refreshAccess();
    ask('setWatched', { cameraIds: ['door'] });
    assert.deepEqual(told.slice(2), [BEGINS, 'ends']);
    may = true;
    ask('setWatched', { cameraIds: ['door'] });
    socket.emit('close');
    assert.deepEqual(told.slice(4), [BEGINS, 'ends']);
  });

  test('are not told on the word of a page', (context) => {
    const { ask, told } = watch(context);
    const answer = ask('setWatched', { cameraIds: ['door'] });
    assert.equal(answer?.type === 'response' && !answer.ok && answer.error.code, 'forbidden');
    assert.deepEqual(told, []);
  });

  test('are what the table says of these methods', () => {
    const streams = Object.entries(AUDITED_METHODS).filter(([, rule]) => 'stream' in rule);
    assert.deepEqual(streams.map(([method]) => method).toSorted(), [
      'resumeConsumer',
      'setWatched',
      'watchFrames',
    ]);
  });
});
