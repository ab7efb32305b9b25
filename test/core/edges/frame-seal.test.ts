import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { CameraKeys, MIN_INTERVAL_US } from '../../../server/core/edges/camera-keys.ts';
import { openFrame, sealFrame, TAG_BYTES, type FrameKey } from '../../../server/core/edges/frame-seal.ts';
import { EDGE_FRAME_HEADER_BYTES, readEdgeFrame } from '../../../server/wire/edge-frame.ts';

const KEY: FrameKey = { id: 7, key: Buffer.from('00112233445566778899aabbccddeeff', 'hex') };
const HEADER = {
  epoch: 1,
  sequence: 2,
  layer1Count: 0,
  layer2Count: 0,
  layer: undefined,
  keyframe: false,
  repeated: false,
  timestamp90k: 3,
  captureUs: 1,
  receivedUs: 1,
  decodeStartUs: 1,
  decodedUs: 1,
  encodedUs: 1,
  width: 4,
  height: 4,
};
/** An interframe: its first bit is 1. */
const PICTURE = Buffer.from('3102030405', 'hex');

function opened(message: Uint8Array, key = KEY.key): string | undefined {
  const frame = readEdgeFrame(message);
  assert.ok(typeof frame !== 'string');
  const picture = openFrame(key, frame);
  return picture && Buffer.from(picture).toString('hex');
}

suite('a sealed frame', () => {
  test('is opened by the key, and says which one it is', () => {
    const message = sealFrame(KEY, HEADER, PICTURE);
    assert.equal(message.length, EDGE_FRAME_HEADER_BYTES + PICTURE.length + TAG_BYTES);
    assert.equal(Buffer.from(message).includes(PICTURE), false);
    assert.equal(opened(message), PICTURE.toString('hex'));
    const frame = readEdgeFrame(message);
    assert.ok(typeof frame !== 'string');
    assert.equal(frame.keyId, KEY.id);
  });

  test('is not opened by another key, nor with any byte of it changed', () => {
    const message = sealFrame(KEY, HEADER, PICTURE);
    assert.equal(opened(message, randomBytes(16)), undefined);
    for (let at = 0; at < message.length; at++) {
      const changed = Uint8Array.from(message);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const frame = readEdgeFrame(changed);
      if (typeof frame !== 'string') assert.equal(openFrame(KEY.key, frame), undefined, `byte ${at}`);
    }
  });

  test('whose picture is not of the kind that its header says is not opened', () => {
    assert.equal(opened(sealFrame(KEY, { ...HEADER, keyframe: true }, PICTURE)), undefined);
    const keyframe = Buffer.from('3002', 'hex');
    assert.equal(opened(sealFrame(KEY, { ...HEADER, keyframe: true }, keyframe)), '3002');
    assert.equal(opened(sealFrame(KEY, HEADER, keyframe)), undefined);
  });

  test('differs from another of the same picture in every nonce', () => {
    const sealed = [HEADER, { ...HEADER, sequence: 3 }, { ...HEADER, epoch: 2 }].map((header) =>
      Buffer.from(sealFrame(KEY, header, PICTURE).subarray(EDGE_FRAME_HEADER_BYTES)).toString('hex'),
    );
    assert.equal(new Set(sealed).size, 3);
  });
});

const butSouth = (edge: string): boolean => edge !== 'south';

suite('keys of cameras', () => {
  test('each camera has its own, and edges that may have it get the same', () => {
    const keys = new CameraKeys();
    const door = keys.give('door', 'north', 0);
    assert.equal(keys.give('door', 'south', 0), door);
    assert.equal(keys.of('door', 0), door);
    assert.notDeepEqual(keys.of('yard', 0).key, door.key);
    assert.notEqual(keys.of('yard', 0).id, door.id);
  });

  test('a holder that may no longer have the camera costs a new key, once, and not more often than the interval', () => {
    const keys = new CameraKeys();
    const first = keys.give('door', 'north', 0);
    keys.give('door', 'south', 0);
    keys.renewUnless(() => true, MIN_INTERVAL_US, false);
    assert.equal(keys.of('door', 0), first);
    keys.renewUnless(butSouth, MIN_INTERVAL_US - 1, false);
    assert.equal(keys.of('door', 0), first, 'too soon');
    keys.renewUnless(butSouth, MIN_INTERVAL_US, false);
    const second = keys.give('door', 'north', MIN_INTERVAL_US);
    assert.notEqual(second, first);
    keys.renewUnless(butSouth, 3 * MIN_INTERVAL_US, false);
    assert.equal(keys.of('door', 0), second, 'south never had this one');
  });

  test('a site that has started again gives its keys other ids than before', () => {
    assert.notEqual(new CameraKeys().of('door', 0).id, new CameraKeys().of('door', 0).id);
  });

  test('a dropped edge costs a new key at once', () => {
    const keys = new CameraKeys();
    const first = keys.give('door', 'north', 0);
    keys.renewUnless(() => false, 1, true);
    assert.notEqual(keys.of('door', 1), first);
    keys.remove('door');
    assert.equal(keys.size, 0);
  });
});
