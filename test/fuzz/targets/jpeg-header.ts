/** The inspection of a JPEG before decoding. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { inspectJpeg, scanJpeg } from '../../../server/core/video/jpeg-header.ts';
import { drawnJpeg, sensorJpegs } from '../../support/sample-jpegs.ts';
import { mutatedBytes, repeatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const pictures = [drawnJpeg(64, 48), drawnJpeg(16, 16), ...(sensorJpegs() ?? []).slice(0, 2)];
const picture = fc.constantFrom(...pictures);
const afterSoi = repeatedBytes.map((bytes) => Buffer.concat([Buffer.from('ffd8', 'hex'), bytes]));

export const jpegHeader: FuzzTarget = {
  name: 'jpeg-header',
  cases: [
    fuzzCase(
      'any bytes are one whole picture or are refused with the reason',
      fc.oneof({ weight: 9, arbitrary: mutatedBytes(picture) }, { weight: 1, arbitrary: afterSoi }),
      (bytes) => {
        const found = inspectJpeg(bytes);
        if (typeof found === 'string') return;
        const { width, height } = found;
        assert.ok(width >= 1 && width <= 0xffff && height >= 1 && height <= 0xffff);
        assert.equal(bytes.readUInt16BE(0), 0xffd8);
        assert.equal(bytes.readUInt16BE(bytes.length - 2), 0xffd9);
      },
    ),
    fuzzCase(
      'concatenated pictures are separated',
      fc.array(picture, { minLength: 1, maxLength: 4 }),
      (several) => {
        const bytes = Buffer.concat(several);
        let start = 0;
        for (const one of several) {
          const found = scanJpeg(bytes, start);
          assert.ok(typeof found !== 'string');
          assert.equal(found.end, start + one.length);
          start = found.end;
        }
      },
    ),
    fuzzCase(
      'the scan of any bytes ends within them',
      fc.tuple(mutatedBytes(picture), fc.nat(200)),
      ([bytes, start]) => {
        const found = scanJpeg(bytes, start);
        if (typeof found !== 'string') assert.ok(found.end > start && found.end <= bytes.length);
      },
    ),
  ],
};
