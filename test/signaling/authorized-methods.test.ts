/** Each method of signaling demands the right that wire/authorization.ts names, whatever else its caller may do. */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { suite, test } from 'node:test';
import { Shares } from '../../server/core/shares.ts';
import type { Holder } from '../../server/core/grant.ts';
import { VigieError } from '../../server/errors.ts';
import type { SignalingSessionOptions } from '../../server/signaling/signaling-session.ts';
import { SIGNALING_AUTHORIZATION, type Authorization } from '../../server/wire/authorization.ts';
import { RIGHTS, type Right } from '../../server/wire/rights.ts';
import { AUTHENTICATE, openSession } from '../support/signaling-session.ts';

const METHODS = Object.entries<Authorization>(SIGNALING_AUTHORIZATION);
const fingerprints = [{ algorithm: 'sha-256', value: Array<string>(32).fill('AB').join(':') }];
/** Enough for any method. */
const DATA: Readonly<Record<string, object>> = {
  authenticate: { token: 'a token' },
  connectWebRtcTransport: { transportId: 'media', dtlsParameters: { role: 'client', fingerprints } },
  addIceCandidates: { transportId: 'media', candidates: [{ address: '203.0.113.7', port: 40_000 }] },
  closeWebRtcTransport: { transportId: 'media' },
  restartIce: { transportId: 'media' },
  consume: { transportId: 'media', cameraId: 'door' },
  pauseConsumer: { consumerId: 'media' },
  resumeConsumer: { consumerId: 'media' },
  closeConsumer: { consumerId: 'media' },
  setView: { consumerId: 'media', width: 320, height: 240 },
  setQuality: { quality: 'half' },
  setFrameTimings: { consumerId: 'media', enabled: true },
  setDetections: { cameraId: 'door', enabled: true },
  watchFrames: { cameraId: 'door' },
  stopFrames: { watchId: 1 },
  setWatched: { cameraIds: ['door'] },
  getTime: { t0: 0 },
};

/** Transport and consumer in one. */
class ScriptedMedia extends EventEmitter {
  readonly id = 'media';
  readonly cameraId = 'door';
  readonly parameters = (): object => ({});
  readonly connect = (): void => undefined;
  readonly addIceCandidates = (): void => undefined;
  readonly restartIce = (): object => ({});
  readonly setView = (): void => undefined;
  readonly setQuality = (): void => undefined;
  readonly setFrameTimings = (): void => undefined;
  readonly pause = (): void => undefined;
  readonly resume = (): void => undefined;
  readonly close = (): void => undefined;
}

/** A viewer who had every right when the consumer was made, and has these rights now. */
function viewerWith(rights: readonly Right[]) {
  let now: readonly Right[] = RIGHTS;
  const may = (_holder: Holder, right: Right): boolean => now.includes(right);
  const media = new ScriptedMedia();
  const sfu = {
    rtpCapabilities: {},
    createTransport: () => media,
    transportParameters: () => ({ id: media.id }),
    consume: () => media,
  };
  const opened = openSession({
    viaEdge: 'paris',
    sfu: sfu as unknown as SignalingSessionOptions['sfu'],
    frameWatches: new Shares({ total: 9, perUser: 9 }),
    frames: { subscribe: () => ({ close: () => undefined }), latest: () => undefined },
    access: {
      may,
      assertMay: (userId, right) => {
        if (!may(userId, right)) throw new VigieError('forbidden', 'another right');
      },
    },
  });
  opened.socket.say(AUTHENTICATE);
  opened.ask('createWebRtcTransport', {});
  opened.ask('consume', DATA['consume'] ?? {});
  opened.ask('watchFrames', DATA['watchFrames'] ?? {});
  now = rights;
  return opened;
}

suite('a method of signaling', () => {
  for (const [method, who] of METHODS)
    test(`${method} is answered to whom the table names, and to nobody else`, () => {
      for (const right of [undefined, ...RIGHTS]) {
        const { ask, session } = viewerWith(right === undefined ? [] : [right]);
        const answer = ask(method, DATA[method] ?? {});
        const code = answer?.type === 'response' ? (answer.ok ? 'ok' : answer.error.code) : 'closed';
        const isAllowed = typeof who === 'string' || who.right === right;
        assert.equal(code, isAllowed ? 'ok' : 'forbidden', `${method} with ${right}`);
        session.close('serverStopping');
      }
    });
});
