import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthenticate, parseRequest } from '../../server/signaling/signaling-messages.ts';
import { VigieError } from '../../server/errors.ts';

const isBadRequest = (error: unknown) => error instanceof VigieError && error.code === 'badRequest';
const request = (method: string, data: unknown) => JSON.stringify({ type: 'request', id: 1, method, data });
const value = Array.from({ length: 32 }, () => 'AB').join(':');

const notMessages: [name: string, text: string][] = [
  ['nothing', ''],
  ['not JSON', 'hello'],
  ['null', 'null'],
  ['an array', '[]'],
  ['a number', '1e999'],
  ['no type', '{"id":1,"method":"getTime","data":{"t0":1}}'],
  ['an unknown method', request('formatDisk', {})],
  ['a method of the prototype', request('constructor', {})],
  ['a negative id', '{"type":"request","id":-1,"method":"getTime","data":{"t0":1}}'],
  ['an id that is not an integer', '{"type":"request","id":1.5,"method":"getTime","data":{"t0":1}}'],
  ['an extra field', '{"type":"request","id":1,"method":"getTime","data":{"t0":1},"admin":true}'],
  ['an ack of a fraction', '{"type":"ack","watchId":1,"sequence":0.5}'],
  ['an ack without a sequence', '{"type":"ack","watchId":1}'],
  ['deep nesting', '['.repeat(20_000)],
];
for (const [name, text] of notMessages) {
  test(`${name} is refused`, () => {
    assert.throws(() => parseRequest(text), isBadRequest);
    assert.throws(() => parseAuthenticate(text), isBadRequest);
  });
}

const wrongData: [method: string, data: unknown][] = [
  ['getTime', {}],
  ['getTime', { t0: 'now' }],
  ['consume', { transportId: 't' }],
  ['consume', { transportId: 't', cameraId: '' }],
  ['consume', { transportId: 't', cameraId: 'c'.repeat(65) }],
  ['consume', { transportId: 't', cameraId: 'c', ssrc: 1 }],
  ['resumeConsumer', { consumerId: { $ne: null } }],
  ['watchFrames', { cameraId: 'c', maxFps: 0 }],
  ['watchFrames', { cameraId: 'c', maxFps: '5' }],
  ['stopFrames', { watchId: -1 }],
  ['setView', { consumerId: 'c', width: 320 }],
  ['setView', { consumerId: 'c', width: 0, height: 240 }],
  ['setView', { consumerId: 'c', width: 320, height: 16_385 }],
  ['setView', { consumerId: 'c', width: 320.5, height: 240 }],
  ['addIceCandidates', { transportId: 't', candidates: [] }],
  ['addIceCandidates', { transportId: 't', candidates: [{ address: '192.0.2.1', port: 0 }] }],
  ['addIceCandidates', { transportId: 't', candidates: [{ address: 'a'.repeat(65), port: 4000 }] }],
  [
    'addIceCandidates',
    {
      transportId: 't',
      candidates: Array.from({ length: 9 }, (_, i) => ({ address: '192.0.2.1', port: 4000 + i })),
    },
  ],
  ['setQuality', { quality: 'best' }],
  ['setFrameTimings', { consumerId: 'c', enabled: 'yes' }],
  ['connectWebRtcTransport', { transportId: 't', dtlsParameters: { fingerprints: [] } }],
  [
    'connectWebRtcTransport',
    { transportId: 't', dtlsParameters: { fingerprints: [{ algorithm: 'md5', value }] } },
  ],
  [
    'connectWebRtcTransport',
    { transportId: 't', dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AB' }] } },
  ],
  [
    'connectWebRtcTransport',
    { transportId: 't', dtlsParameters: { role: 'server', fingerprints: [{ algorithm: 'sha-256', value }] } },
  ],
];
for (const [method, data] of wrongData) {
  test(`${method} with ${JSON.stringify(data).slice(0, 70)} is answered with the error`, () => {
    const parsed = parseRequest(request(method, data));
    assert.ok('error' in parsed);
    assert.equal(parsed.id, 1);
    assert.equal(parsed.error.code, 'badRequest');
    assert.ok(parsed.error.message.startsWith(`${method}: `));
  });
}

test('a request that fits its method is parsed with its data', () => {
  const dtlsParameters = { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
  assert.deepEqual(parseRequest(request('connectWebRtcTransport', { transportId: 't', dtlsParameters })), {
    id: 1,
    method: 'connectWebRtcTransport',
    data: { transportId: 't', dtlsParameters },
  });
  assert.deepEqual(parseRequest('{"type":"request","id":2,"method":"createWebRtcTransport"}'), {
    id: 2,
    method: 'createWebRtcTransport',
    data: {},
  });
  assert.equal(parseAuthenticate('{"type":"authenticate","token":"a.b.c"}').token, 'a.b.c');
});
