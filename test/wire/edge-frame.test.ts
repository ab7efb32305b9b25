import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  EDGE_FRAME_HEADER_BYTES,
  MAX_EDGE_FRAME_BYTES,
  readEdgeFrame,
  writeEdgeFrame,
  type EdgeFrameHeader,
} from '../../server/wire/edge-frame.ts';

const FRAME: EdgeFrameHeader = {
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
  keyId: 0x11121314,
};
const SEALED = Uint8Array.of(0x31, 0x02, 0x03);

const GOLDEN = [
  '5801382e', // magic, version, 56 bytes of header; tid 2, layer sync, layered, repeated
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
  '14131211', // key
  '310203',
].join('');

const KEYFRAME: EdgeFrameHeader = {
  ...FRAME,
  layer: undefined,
  keyframe: true,
  repeated: false,
};

function write(header: EdgeFrameHeader): Uint8Array {
  const message = writeEdgeFrame(header, SEALED.length);
  message.set(SEALED, EDGE_FRAME_HEADER_BYTES);
  return message;
}

/** @returns the header; what is sealed is as it was written */
function read(message: Uint8Array): EdgeFrameHeader {
  const frame = readEdgeFrame(message);
  assert.ok(typeof frame !== 'string');
  const { head, sealed, ...header } = frame;
  assert.deepEqual(Uint8Array.from(sealed), SEALED);
  assert.equal(head.length + sealed.length, message.length);
  return header;
}

/** @returns the golden message with a change */
function changed(change: (message: Buffer) => Buffer | void): Uint8Array {
  const message = Buffer.from(GOLDEN, 'hex');
  return change(message) ?? message;
}

suite('edge frame', () => {
  test('is written as golden bytes and read back', () => {
    assert.equal(Buffer.from(write(FRAME)).toString('hex'), GOLDEN);
    assert.deepEqual(read(Uint8Array.from(Buffer.from(GOLDEN, 'hex'))), FRAME);
    assert.deepEqual(read(write(KEYFRAME)), KEYFRAME);
    for (const tid of [0, 1, 2] as const) {
      const layered = { ...FRAME, layer: { tid, layerSync: tid === 1 } };
      assert.deepEqual(read(write(layered)), layered);
    }
  });

  test('fields of a newer version are skipped', () => {
    const longer = changed((message) => {
      message.writeUInt8(EDGE_FRAME_HEADER_BYTES + 4, 2);
      message.writeUInt8(0xc0 | message.readUInt8(3), 3);
      return Buffer.concat([message.subarray(0, EDGE_FRAME_HEADER_BYTES), Buffer.from('more'), SEALED]);
    });
    assert.deepEqual(read(longer), FRAME);
  });

  const malformed: [problem: string, message: Uint8Array][] = [
    ['shorter than a frame header', new Uint8Array()],
    ['shorter than a frame header', changed((message) => message.subarray(0, 55))],
    ['longer than any frame', new Uint8Array(MAX_EDGE_FRAME_BYTES + 1)],
    ['wrong magic byte', changed((message) => void message.writeUInt8(0x56, 0))],
    ['unknown version', changed((message) => void message.writeUInt8(2, 1))],
    ['header too short', changed((message) => void message.writeUInt8(55, 2))],
    ['no picture behind the header', changed((message) => void message.writeUInt8(59, 2))],
    ['no picture behind the header', changed((message) => message.subarray(0, 56))],
    ['unknown layer', changed((message) => void message.writeUInt8(0x3e, 3))],
    ['keyframe of an upper layer', changed((message) => void message.writeUInt8(0x15, 3))],
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
    const early = read(
      write({ ...FRAME, receivedUs: FRAME.captureUs - 5, encodedUs: FRAME.captureUs + 1e12 }),
    );
    assert.deepEqual([early.receivedUs, early.encodedUs], [FRAME.captureUs, FRAME.captureUs + 2 ** 32 - 1]);
  });
});
