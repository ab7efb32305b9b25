import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  PICTURE_HEADER_BYTES,
  readPictureHeader,
  writePictureHeader,
  type PictureHeader,
} from '../../server/wire/picture-message.ts';

const { valid, malformed } = JSON.parse(
  readFileSync(new URL('../fixtures/picture-message.json', import.meta.url), 'utf8'),
) as { valid: { header: PictureHeader; hex: string }[]; malformed: { reason: string; hex: string }[] };

suite('picture message', () => {
  for (const { header, hex } of valid) {
    test(`sequence ${header.sequence} of watch ${header.watchId} is written and read as the golden bytes`, () => {
      const bytes = new Uint8Array(PICTURE_HEADER_BYTES);
      writePictureHeader(header, bytes);
      assert.equal(Buffer.from(bytes).toString('hex'), hex);
      assert.deepEqual(readPictureHeader(Buffer.from(`${hex}ffd8`, 'hex')), header);
    });
  }

  for (const [index, { reason, hex }] of malformed.entries()) {
    test(`malformed message ${index} is refused: ${reason}`, () => {
      assert.equal(readPictureHeader(Buffer.from(hex, 'hex')), reason);
    });
  }
});
