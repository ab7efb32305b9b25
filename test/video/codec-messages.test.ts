import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeRequest,
  LUMA_REQUEST,
  MEASURE,
  readReplyHeader,
  readRequestHeader,
  repliesTo,
  REPLY,
  REQUEST,
  scaleRequest,
  writeReplyHeader,
  writeRequestHeader,
} from '../../server/video/codec-messages.ts';

test('a request header has these bytes, and is read back', () => {
  const request = {
    type: REQUEST.encode,
    bodyBytes: 0x01020304,
    luma: true,
    width: 0x0140,
    encoder: 0xfffefdfc,
    captureUs: 1_795_438_012_514_123,
    rungs: {
      full: { bitrateBps: 1_000_000, encode: true, keyframe: true },
      large: { bitrateBps: 0x01020304, encode: false, keyframe: false },
      tiny: { bitrateBps: 40_000, encode: true, keyframe: false },
    },
  };
  const header = writeRequestHeader(request);
  assert.equal(header.toString('hex', 0, 12), '0403020101024001fcfdfeff');
  assert.equal(header.readDoubleLE(12), request.captureUs);
  assert.equal(header.toString('hex', 20), '40420f000504030201000000000000409c000004');
  assert.deepEqual(readRequestHeader(header), request);
});

const REPLY_FIELDS = {
  type: REPLY.encoded,
  bodyBytes: 5000,
  keyframe: true,
  residentMib: 0x0123,
  encoder: 7,
  width: 2592,
  height: 1944,
  decodeStartUs: 1234.5,
  decodedUs: 2345.75,
  encodedUs: 3456.25,
  rung: 'small',
  layer: { tid: 2, layerSync: true },
} as const;

test('a reply header is read back', () => {
  const header = writeReplyHeader(REPLY_FIELDS);
  assert.equal(header.toString('hex', 0, 16), '881300000201230107000000200a9807');
  assert.equal(header.toString('hex', 40), '02c2');
  assert.deepEqual(readReplyHeader(header), REPLY_FIELDS);
});

test('a frame without layers, and each layer, is read back', () => {
  const layers = [undefined, ...([0, 1, 2] as const).map((tid) => ({ tid, layerSync: false }))];
  for (const layer of layers) {
    const header = writeReplyHeader({ ...REPLY_FIELDS, layer });
    assert.deepEqual(readReplyHeader(header)?.layer, layer);
  }
});

test('a reply that names a rung or a layer that does not exist is none', () => {
  for (const [at, value] of [
    [40, 4],
    [40, 255],
    [41, 0x83],
  ] as const) {
    const header = writeReplyHeader(REPLY_FIELDS);
    header[at] = value;
    assert.equal(readReplyHeader(header), undefined);
  }
});

test('a picture is answered by one reply for each rung that is encoded, and one for its luma', () => {
  const rung = { bitrateBps: 100_000, encode: true, keyframe: false };
  const kept = { ...rung, encode: false };
  const rungs = { full: rung, large: kept, tiny: rung };
  assert.equal(repliesTo(encodeRequest({ captureUs: 0, luma: false, rungs })), 2);
  assert.equal(repliesTo(encodeRequest({ captureUs: 0, luma: true, rungs })), 3);
  assert.deepEqual([LUMA_REQUEST, scaleRequest(160), MEASURE].map(repliesTo), [1, 1, 1]);
});
