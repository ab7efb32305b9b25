import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readReplyHeader,
  readRequestHeader,
  REPLY,
  REQUEST,
  writeReplyHeader,
  writeRequestHeader,
} from '../../server/video/codec-messages.ts';

test('a request header has these bytes, and is read back', () => {
  const request = {
    type: REQUEST.encode,
    bodyBytes: 0x01020304,
    keyframe: true,
    luma: true,
    width: 0x0140,
    encoder: 0xfffefdfc,
    bitrateBps: 1_000_000,
    captureUs: 1_795_438_012_514_123,
  };
  const header = writeRequestHeader(request);
  assert.equal(header.toString('hex', 0, 16), '0403020101034001fcfdfeff40420f00');
  assert.equal(header.readDoubleLE(16), request.captureUs);
  assert.deepEqual(readRequestHeader(header), request);
});

test('a reply header is read back', () => {
  const reply = {
    type: REPLY.encoded,
    bodyBytes: 5000,
    keyframe: false,
    luma: true,
    residentMib: 0x0123,
    encoder: 7,
    width: 2592,
    height: 1944,
    decodeStartUs: 1234.5,
    decodedUs: 2345.75,
    encodedUs: 3456.25,
  };
  const header = writeReplyHeader(reply);
  assert.equal(header.toString('hex', 0, 16), '881300000202230107000000200a9807');
  assert.deepEqual(readReplyHeader(header), reply);
});
