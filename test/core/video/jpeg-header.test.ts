import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspectJpeg, scanJpeg } from '../../../server/core/video/jpeg-header.ts';
import { drawnJpeg, NO_FOOTAGE, sensorJpegs } from '../../support/sample-jpegs.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SOI = 'ffd8';
const EOI = 'ffd9';
/** Lengths include themselves. */
const APP0 = 'ffe0 0004 4a46';
const SOF0 = 'ffc0 0011 08 0018 0020 03 012100 021100 031100';
const SOS = 'ffda 000c 03 0100 0211 0311 003f00';
const DATA = '12 ff00 34 ffd0 56';

function jpeg(...parts: string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(/\s/g, ''), 'hex');
}

const small = drawnJpeg(32, 24);

suite('JPEG inspection', () => {
  test('a JPEG’s size is read from its frame header', () => {
    assert.deepEqual(inspectJpeg(small), { width: 32, height: 24 });
    assert.deepEqual(inspectJpeg(jpeg(SOI, APP0, SOF0, SOS, DATA, EOI)), { width: 32, height: 24 });
  });

  for (const [name, bytes] of [
    ['fill bytes in front of a marker', jpeg(SOI, 'ffff', APP0, 'ff', SOF0, SOS, DATA, 'ff', EOI)],
    ['extended sequential, Huffman', jpeg(SOI, SOF0.replace('ffc0', 'ffc1'), SOS, DATA, EOI)],
    ['grey', jpeg(SOI, 'ffc0 000b 08 0018 0020 01 011100', 'ffda 0008 01 0100 003f00', DATA, EOI)],
    ['an end-of-image marker inside a comment', jpeg(SOI, 'fffe 0006 ffd9 ffd9', SOF0, SOS, DATA, EOI)],
    ['tables between two scans', jpeg(SOI, SOF0, SOS, DATA, 'ffc4 0003 00', SOS, DATA, EOI)],
  ] as const) {
    test(`good: ${name}`, () => assert.deepEqual(inspectJpeg(bytes), { width: 32, height: 24 }));
  }

  for (const [reason, name, bytes] of [
    ['no start-of-image marker', 'nothing', jpeg()],
    ['no start-of-image marker', 'one byte', jpeg('ff')],
    ['no start-of-image marker', 'a PNG', jpeg('89504e470d0a1a0a')],
    ['no end-of-image marker', 'only a start', jpeg(SOI)],
    ['no frame header', 'start and end', jpeg(SOI, EOI)],
    ['no scan', 'no picture behind the header', jpeg(SOI, SOF0, EOI)],
    ['a scan before the frame header', 'scan first', jpeg(SOI, SOS, DATA, SOF0, EOI)],
    ['no end-of-image marker', 'no end', jpeg(SOI, SOF0, SOS, DATA)],
    ['no end-of-image marker', 'half an end', jpeg(SOI, SOF0, SOS, DATA, 'ff')],
    ['bytes after the end of the picture', 'something behind the end', jpeg(SOI, SOF0, SOS, DATA, EOI, '00')],
    [
      'bytes after the end of the picture',
      'two pictures',
      jpeg(SOI, SOF0, SOS, DATA, EOI, SOI, SOF0, SOS, DATA, EOI),
    ],
    [
      'a marker in the wrong place',
      'a picture within a picture',
      jpeg(SOI, SOF0, SOS, DATA, SOI, SOF0, SOS, DATA, EOI),
    ],
    [
      'a marker in the wrong place',
      'a restart marker in the header',
      jpeg(SOI, 'ffd0', SOF0, SOS, DATA, EOI),
    ],
    [
      'two frame headers',
      'a second, larger size',
      jpeg(SOI, SOF0, SOS, DATA, SOF0.replace('0018 0020', 'ffff ffff'), SOS, DATA, EOI),
    ],
    ['not a baseline JPEG', 'progressive', jpeg(SOI, SOF0.replace('ffc0', 'ffc2'), SOS, DATA, EOI)],
    ['not a baseline JPEG', 'lossless', jpeg(SOI, SOF0.replace('ffc0', 'ffc3'), SOS, DATA, EOI)],
    ['not a baseline JPEG', 'arithmetic coding', jpeg(SOI, SOF0.replace('ffc0', 'ffc9'), SOS, DATA, EOI)],
    ['not 8 bits per sample', '12 bits', jpeg(SOI, SOF0.replace('08', '0c'), SOS, DATA, EOI)],
    [
      'neither grey nor YCbCr',
      'CMYK',
      jpeg(SOI, 'ffc0 0014 08 0018 0020 04 011100 021100 031100 041100', SOS, DATA, EOI),
    ],
    [
      'a malformed frame header',
      'components that do not fit',
      jpeg(SOI, SOF0.replace('20 03', '20 01'), SOS, DATA, EOI),
    ],
    ['an empty picture', 'no height', jpeg(SOI, SOF0.replace('0018', '0000'), SOS, DATA, EOI)],
    ['an empty picture', 'no width', jpeg(SOI, SOF0.replace('0020', '0000'), SOS, DATA, EOI)],
    ['the height is not in the frame header', 'DNL', jpeg(SOI, SOF0, SOS, DATA, 'ffdc 0004 ffff', EOI)],
    ['a segment reaches past the end', 'a segment longer than the rest', jpeg(SOI, 'ffe0 ffff 00', EOI)],
    [
      'a segment reaches past the end',
      'a segment shorter than its length',
      jpeg(SOI, 'ffe0 0001', SOF0, SOS, DATA, EOI),
    ],
    ['a marker is missing', 'garbage between segments', jpeg(SOI, APP0, '00', SOF0, SOS, DATA, EOI)],
    ['too many scans', 'five scans', jpeg(SOI, SOF0, ...Array.from({ length: 5 }, () => SOS + DATA), EOI)],
  ] as const) {
    test(`refused: ${name}`, () => assert.equal(inspectJpeg(bytes), reason));
  }

  test('every truncation of a JPEG is refused', () => {
    for (let length = 0; length < small.length; length++)
      assert.equal(typeof inspectJpeg(small.subarray(0, length)), 'string', `${length} bytes`);
  });

  test('every truncation of a JPEG is refused, also with an end-of-image marker appended in its header', () => {
    const scan = small.indexOf(Buffer.from('ffda', 'hex'));
    for (let length = 0; length < scan; length++) {
      const cut = Buffer.concat([small.subarray(0, length), Buffer.from(EOI, 'hex')]);
      assert.equal(typeof inspectJpeg(cut), 'string', `${length} bytes`);
    }
  });

  test('real OV2640 pictures are accepted, and every truncation of one is refused', (context) => {
    const pictures = sensorJpegs();
    if (!pictures) return context.diagnostic(NO_FOOTAGE);
    for (const picture of pictures) assert.deepEqual(inspectJpeg(picture), { width: 640, height: 480 });
    const [first] = pictures;
    assert.ok(first);
    for (let length = 0; length < first.length; length++)
      assert.equal(typeof inspectJpeg(first.subarray(0, length)), 'string', `${length} bytes`);
  });

  test('concatenated JPEGs are found one by one', () => {
    const other = drawnJpeg(64, 48);
    const file = Buffer.concat([small, other, small]);
    const sizeAndEnd = (start: number): unknown => {
      const found = scanJpeg(file, start);
      return typeof found === 'string' ? found : [found.width, found.height, found.end];
    };
    assert.deepEqual(sizeAndEnd(0), [32, 24, small.length]);
    assert.deepEqual(sizeAndEnd(small.length), [64, 48, small.length + other.length]);
  });

  test('no bytes make it throw or run on, and it returns no size that is not in them', () => {
    const { random, label } = seededRandom();
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(small);
      const changes = 1 + Math.floor(random() * 8);
      for (let change = 0; change < changes; change++) {
        // Half of the damage hits markers, where it has the most effect.
        const at = Math.floor(random() * bytes.length);
        bytes[at] = random() < 0.5 ? 0xff : Math.floor(random() * 256);
      }
      const cut = bytes.subarray(0, Math.floor(random() * 2 * bytes.length));
      const found = inspectJpeg(cut);
      if (typeof found === 'string') continue;
      const size = Buffer.alloc(4);
      size.writeUInt16BE(found.height, 0);
      size.writeUInt16BE(found.width, 2);
      assert.ok(cut.includes(size), label);
      assert.ok(cut.length >= 4 && cut.readUInt16BE(cut.length - 2) === 0xffd9, label);
    }
  });
});
