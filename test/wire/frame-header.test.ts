import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  FRAME_HEADER_BYTES,
  readFrameHeader,
  writeFrameHeader,
  type FrameHeader,
} from '../../server/wire/frame-header.ts';

const { valid, malformed } = JSON.parse(
  readFileSync(new URL('../fixtures/frame-header.json', import.meta.url), 'utf8'),
) as { valid: { header: FrameHeader; hex: string }[]; malformed: { reason: string; hex: string }[] };

suite('frame header', () => {
  for (const { header, hex } of valid) {
    test(`sequence ${header.sequence} of ${header.width}×${header.height} is written as the golden bytes`, () => {
      const bytes = new Uint8Array(FRAME_HEADER_BYTES);
      writeFrameHeader(header, bytes);
      assert.equal(Buffer.from(bytes).toString('hex'), hex);
    });

    test(`sequence ${header.sequence} of ${header.width}×${header.height} is read from the golden bytes`, () => {
      const message = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(header.jpegBytes)]);
      assert.deepEqual(readFrameHeader(message), header);
    });
  }

  for (const [index, { reason, hex }] of malformed.entries()) {
    test(`malformed header ${index} is refused: ${reason}`, () => {
      assert.equal(readFrameHeader(Buffer.from(hex, 'hex')), reason);
    });
  }

  test('it is written at an offset without changing the bytes around it', () => {
    const bytes = new Uint8Array(FRAME_HEADER_BYTES + 4).fill(0xee);
    writeFrameHeader(valid[0]?.header ?? assert.fail(), bytes, 2);
    assert.equal(Buffer.from(bytes).toString('hex'), `eeee${valid[0]?.hex}eeee`);
  });
});
