/** Messages of viewers over the signaling WebSocket. */

import assert from 'node:assert/strict';
import { parseAuthenticate, parseRequest } from '../../../server/signaling/signaling-messages.ts';
import { VigieError } from '../../../server/errors.ts';
import { mutatedJson } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

const fingerprint = { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') };
const requests = [
  { method: 'getRouterRtpCapabilities', data: {} },
  { method: 'createWebRtcTransport', data: {} },
  {
    method: 'connectWebRtcTransport',
    data: { transportId: 'a', dtlsParameters: { role: 'auto', fingerprints: [fingerprint] } },
  },
  { method: 'restartIce', data: { transportId: 'a' } },
  { method: 'consume', data: { transportId: 'a', cameraId: 'cam_1' } },
  { method: 'resumeConsumer', data: { consumerId: 'a' } },
  { method: 'setView', data: { consumerId: 'a', width: 320, height: 240, focused: true } },
  { method: 'setQuality', data: { quality: 'half' } },
  { method: 'setFrameTimings', data: { consumerId: 'a', enabled: true } },
  { method: 'setDetections', data: { cameraId: 'cam_1', enabled: true } },
  { method: 'watchFrames', data: { cameraId: 'cam_1', maxFps: 25 } },
  { method: 'stopFrames', data: { watchId: 1 } },
  { method: 'setWatched', data: { cameraIds: ['cam_1'] } },
  { method: 'getTime', data: { t0: 1 } },
].map((request, id) => ({ type: 'request', id, ...request }));
/** A reason may quote the message, which has its own limit. */
const MAX_REASON_CHARACTERS = 64 * 1024;

const isNamed = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'badRequest' && error.message.length < MAX_REASON_CHARACTERS;

export const signaling: FuzzTarget = {
  name: 'signaling',
  cases: [
    fuzzCase(
      'any first message is valid or is refused with the reason',
      mutatedJson({ type: 'authenticate', token: 'a.b.c' }),
      (text) => {
        const read = throwsOnly(isNamed, () => parseAuthenticate(text));
        if (read) assert.ok(read.token.length <= 4_096);
      },
    ),
    fuzzCase(
      'any later message is valid, is answered with an error, or is refused with the reason',
      mutatedJson(...requests, { type: 'ack', watchId: 1, sequence: 2 }),
      (text) => {
        const read = throwsOnly(isNamed, () => parseRequest(text));
        if (read && 'error' in read) assert.ok(isNamed(read.error));
      },
    ),
  ],
};
