import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  EDGE_FRAME_HEADER_BYTES,
  MAX_EDGE_FRAME_BYTES,
  readEdgeFrame,
  writeEdgeFrame,
  type EdgeFrame,
} from '../../server/wire/edge-frame.ts';

const FRAME: EdgeFrame = {
  epoch: 0x01020304,
  sequence: 0xfffffffe,
  layer1Count: 5,
  layer2Count: 6,
  layer: { tid: 2, layerSync: true },
  keyframe: false,
  repeated: true,
  timestamp90k: 0x0a0b0c0d,
  captureUs: 1_795_438_012_514_000,
  receivedUs: 1_795_438_012_514_001,
  decodeStartUs: 1_795_438_012_514_002,
  decodedUs: 1_795_438_012_514_003,
  encodedUs: 1_795_438_012_514_260,
  width: 640,
  height: 480,
  // An interframe: its first bit is 1.
  data: Uint8Array.of(0x31, 0x02, 0x03),
};

const GOLDEN = [
  '5801342e', // magic, version, 52 bytes of header; tid 2, layer sync, layered, repeated
  '04030201', // epoch
  'feffffff', // sequence
  '05000000', // frames of layer 1
  '06000000', // frames of layer 2
  '0d0c0b0a', // timestamp90k
  'd0bef3fcf0600600', // captureUs
  '01000000',
  '02000000',
  '03000000',
  '04010000',
  '8002',
  'e001',
  '310203',
].join('');

const KEYFRAME: EdgeFrame = {
  ...FRAME,
  layer: undefined,
  keyframe: true,
  repeated: false,
  data: Uint8Array.of(0x30, 2),
};

/** @returns the golden message with a change */
function changed(change: (message: Buffer) => Buffer | void): Uint8Array {
  const message = Buffer.from(GOLDEN, 'hex');
  return change(message) ?? message;
}

suite('edge frame', () => {
  test('is written as golden bytes and read back', () => {
    assert.equal(Buffer.from(writeEdgeFrame(FRAME)).toString('hex'), GOLDEN);
    assert.deepEqual(readEdgeFrame(Uint8Array.from(Buffer.from(GOLDEN, 'hex'))), FRAME);
    assert.deepEqual(readEdgeFrame(writeEdgeFrame(KEYFRAME)), KEYFRAME);
    for (const tid of [0, 1, 2] as const) {
      const layered = { ...FRAME, layer: { tid, layerSync: tid === 1 } };
      assert.deepEqual(readEdgeFrame(writeEdgeFrame(layered)), layered);
    }
  });

  test('fields of a newer version are skipped', () => {
    const longer = changed((message) => {
      message.writeUInt8(EDGE_FRAME_HEADER_BYTES + 4, 2);
      message.writeUInt8(0xc0 | message.readUInt8(3), 3);
      const [header, picture] = [message.subarray(0, EDGE_FRAME_HEADER_BYTES), FRAME.data];
      return Buffer.concat([header, Buffer.from('more'), picture]);
    });
    const frame = readEdgeFrame(longer);
    assert.ok(typeof frame !== 'string');
    assert.deepEqual({ ...frame, data: Uint8Array.from(frame.data) }, FRAME);
  });

  const malformed: [problem: string, message: Uint8Array][] = [
    ['shorter than a frame header', new Uint8Array()],
    ['shorter than a frame header', changed((message) => message.subarray(0, 51))],
    ['longer than any frame', new Uint8Array(MAX_EDGE_FRAME_BYTES + 1)],
    ['wrong magic byte', changed((message) => void message.writeUInt8(0x56, 0))],
    ['unknown version', changed((message) => void message.writeUInt8(2, 1))],
    ['header too short', changed((message) => void message.writeUInt8(51, 2))],
    ['no picture behind the header', changed((message) => void message.writeUInt8(55, 2))],
    ['no picture behind the header', changed((message) => message.subarray(0, 52))],
    ['unknown layer', changed((message) => void message.writeUInt8(0x3e, 3))],
    ['keyframe flag and picture differ', changed((message) => void message.writeUInt8(0x01, 3))],
    ['keyframe flag and picture differ', changed((message) => void message.writeUInt8(0x30, 52))],
    [
      'keyframe of an upper layer',
      changed((message) => {
        message.writeUInt8(0x15, 3);
        message.writeUInt8(0x30, 52);
      }),
    ],
    ['clock out of range', changed((message) => void message.fill(0xff, 24, 32))],
    [
      'clock out of range',
      changed((message) => void message.writeBigUInt64LE(2n ** 53n - 2n ** 32n + 1n, 24)),
    ],
    ['picture without a size', changed((message) => void message.writeUInt16LE(0, 48))],
    ['picture without a size', changed((message) => void message.writeUInt16LE(0, 50))],
  ];
  for (const [index, [problem, message]] of malformed.entries())
    test(`malformed message ${index} is refused: ${problem}`, () => {
      assert.equal(readEdgeFrame(message), problem);
    });

  test('a time that does not fit is written as the nearest that does', () => {
    const early = readEdgeFrame(
      writeEdgeFrame({ ...FRAME, receivedUs: FRAME.captureUs - 5, encodedUs: FRAME.captureUs + 1e12 }),
    );
    assert.ok(typeof early !== 'string');
    assert.deepEqual([early.receivedUs, early.encodedUs], [FRAME.captureUs, FRAME.captureUs + 2 ** 32 - 1]);
  });
});
