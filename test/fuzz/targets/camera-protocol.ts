/** Protocol v1 between camera and server, both ends, and the pictures sent on to viewers. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { checkFrame } from '../../../server/ingest/frame-check.ts';
import { parseCameraMessage, parseHello } from '../../../server/ingest/camera-messages.ts';
import { parseServerMessage, readSettings } from '../../../server/virtual-camera/server-messages.ts';
import {
  MAX_CONTROL_BYTES,
  MAX_FRAME_HEIGHT,
  MAX_FRAME_WIDTH,
  MAX_JPEG_BYTES,
} from '../../../server/wire/camera-protocol.ts';
import { inspectJpeg } from '../../../server/core/video/jpeg-header.ts';
import { FRAME_HEADER_BYTES, readFrameHeader, writeFrameHeader } from '../../../server/wire/frame-header.ts';
import {
  PICTURE_HEADER_BYTES,
  readPictureHeader,
  writePictureHeader,
} from '../../../server/wire/picture-message.ts';
import { frameMessage, JPEG } from '../../support/ingest-rig.ts';
import { mutatedBytes, mutatedJson } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

/** With the prototype of a literal, for comparing. */
const plainRecord = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true });
const u32 = fc.nat(0xffff_ffff);
const u16 = fc.nat(0xffff);
const clockUs = fc.nat(Number.MAX_SAFE_INTEGER);
/** The reason of a refused message goes into logs and to the camera. */
const MAX_REASON_CHARACTERS = 4 * MAX_CONTROL_BYTES;

const hello = {
  type: 'hello',
  cameraId: 'cam_1',
  nonce: 'A'.repeat(43),
  hmac: '0'.repeat(64),
  firmware: '1.2.3',
  board: 'AI-Thinker',
  sensor: 'OV2640',
  capabilities: ['flash', 'set'],
  target: 'esp32',
};
const later = [
  { type: 'time', id: 1, t0: 10, answered: { id: 0, t3: 9 } },
  { type: 'applied', id: 1 },
  { type: 'rejected', id: 1, reason: 'no' },
  {
    type: 'telemetry',
    rssi: -60,
    heap: 1,
    psram: 1,
    fps: 25,
    drops: 0,
    sendStalls: 0,
    resetReason: 'power-on',
  },
  { type: 'motion', active: true },
  { type: 'otaProgress', id: 1, receivedBytes: 1_000 },
  { type: 'otaResult', id: 1, ok: false, reason: 'no' },
];
const toCamera = [
  { type: 'challenge', nonce: 'A'.repeat(43) },
  { type: 'welcome', hmac: '0'.repeat(64), settings: { frameSize: 'VGA', jpegQuality: 12, ackWindow: 2 } },
  { type: 'ack', sequence: 1 },
  { type: 'time', id: 1, t1: 1, t2: 2 },
  { type: 'set', id: 1, flash: 255, hMirror: true, whiteBalance: 'auto' },
  { type: 'ota', id: 1, bytes: 1, version: '1.0.0', url: '/firmware/x', sha256: 'x', token: 'x' },
];

export const cameraProtocol: FuzzTarget = {
  name: 'camera-protocol',
  cases: [
    fuzzCase('any hello is one or is told why not', mutatedJson(hello), (text) => {
      const read = parseHello(text);
      if (typeof read !== 'string') assert.ok(Buffer.byteLength(read.cameraId) <= 255);
      else assert.ok(read.length > 0 && read.length <= MAX_REASON_CHARACTERS + text.length);
    }),
    fuzzCase('any later message is one or is told why not', mutatedJson(...later), (text) => {
      const read = parseCameraMessage(text);
      if (typeof read !== 'string') assert.ok(later.some(({ type }) => type === read.type));
      else assert.ok(read.length > 0 && read.length <= MAX_REASON_CHARACTERS + text.length);
    }),
    fuzzCase('no message of a server makes the camera fail', mutatedJson(...toCamera), (text) => {
      const read = parseServerMessage(text);
      if (read) readSettings(read);
    }),
    fuzzCase(
      'a written frame header is read back',
      plainRecord({
        sequence: u32,
        captureUs: clockUs,
        sendUs: clockUs,
        width: u16,
        height: u16,
        jpegBytes: fc.nat(200),
      }),
      (header) => {
        const message = new Uint8Array(FRAME_HEADER_BYTES + header.jpegBytes);
        writeFrameHeader(header, message);
        const read = readFrameHeader(message);
        if (header.sendUs < header.captureUs) assert.equal(typeof read, 'string');
        else assert.deepEqual(read, header);
      },
    ),
    fuzzCase(
      'any frame is good, refused or a violation, and a good one is whole and within the limits',
      fc.tuple(
        mutatedBytes(u32.map((sequence) => frameMessage({ sequence }))),
        fc.option(u32, { nil: undefined }),
      ),
      ([message, lastSequence]) => {
        const checked = checkFrame(message, lastSequence, () => false);
        if (checked.verdict !== 'good') return;
        const { width, height, jpeg } = checked.picture;
        assert.ok(Math.max(width, height) <= MAX_FRAME_WIDTH && Math.min(width, height) <= MAX_FRAME_HEIGHT);
        assert.ok(jpeg.length <= MAX_JPEG_BYTES);
        assert.deepEqual(inspectJpeg(jpeg), { width, height });
      },
    ),
    fuzzCase(
      'a written picture header is read back',
      plainRecord({ watchId: u32, sequence: u32, passedOver: u32, captureUs: clockUs }),
      (header) => {
        const message = Buffer.concat([Buffer.alloc(PICTURE_HEADER_BYTES), JPEG]);
        writePictureHeader(header, message);
        assert.deepEqual(readPictureHeader(message), header);
      },
    ),
    fuzzCase(
      'any picture message is valid or is refused with the reason',
      mutatedBytes(fc.constant(Buffer.concat([Buffer.from([0x57, 1, 1, 0]), Buffer.alloc(20), JPEG]))),
      (message) => void readPictureHeader(message),
    ),
  ],
};
