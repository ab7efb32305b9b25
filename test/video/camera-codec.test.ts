import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { CameraCodec } from '../../server/video/camera-codec.ts';
import type { Luma } from '../../server/video/luma-reader.ts';
import { CodecError } from '../../server/ffmpeg/codec-error.ts';
import { encodePicture } from '../support/encode-picture.ts';
import { realFootage } from '../support/footage.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { lumaPsnr, Vp8Reader } from '../support/vp8-reader.ts';

Log.setLevel(AV_LOG_QUIET);

const FRAME_US = 40_000;
const request = (index: number, keyframe = false) => ({
  bitrateBps: 1_000_000,
  captureUs: index * FRAME_US,
  keyframe,
  luma: false,
});

/** Mean of each plane: Y, Cb, Cr. */
function planeMeans(pixels: Buffer, width: number, height: number): number[] {
  const luma = width * height;
  const chroma = luma / 4;
  const mean = (from: number, length: number) =>
    pixels.subarray(from, from + length).reduce((sum, value) => sum + value, 0) / length;
  return [mean(0, luma), mean(luma, chroma), mean(luma + chroma, chroma)];
}

test('every JPEG in is one VP8 frame out, without delay, beginning with a keyframe', () => {
  const codec = new CameraCodec();
  using reader = new Vp8Reader();
  for (const [index, jpeg] of jpegPictures({ width: 320, height: 240, count: 10 }).entries()) {
    const { data, keyframe, width, height } = encodePicture(codec, request(index), jpeg);
    const seen = reader.read(data);
    assert.deepEqual([width, height, seen.width, seen.height], [320, 240, 320, 240]);
    assert.equal(keyframe, index === 0);
    assert.equal(seen.keyframe, keyframe);
  }
  codec.close();
});

test('a requested keyframe is that very frame, and can be decoded on its own', () => {
  const codec = new CameraCodec();
  for (const [index, jpeg] of jpegPictures({ width: 320, height: 240, count: 12 }).entries()) {
    const { data, keyframe } = encodePicture(codec, request(index, index === 7), jpeg);
    assert.equal(keyframe, index === 0 || index === 7, `frame ${index}`);
    if (index !== 7) continue;
    using reader = new Vp8Reader();
    assert.equal(reader.read(data).keyframe, true);
  }
  codec.close();
});

/** Full range in, limited range out: y·219/255 + 16, (c − 128)·224/255 + 128. */
const COLOURS = [
  { name: 'black', plain: [0, 128, 128], expected: [16, 128, 128] },
  { name: 'white', plain: [255, 128, 128], expected: [235, 128, 128] },
  { name: 'red', plain: [76, 85, 255], expected: [81.3, 90.2, 239.6] },
  { name: 'blue', plain: [29, 255, 107], expected: [40.9, 239.6, 109.6] },
] as const;

for (const { name, plain, expected } of COLOURS) {
  test(`${name} of a full-range JPEG is ${name} where limited range is assumed, as in every browser`, () => {
    const codec = new CameraCodec();
    using reader = new Vp8Reader();
    const [jpeg] = jpegPictures({ width: 64, height: 48, count: 1, plain });
    assert.ok(jpeg);
    const { data } = encodePicture(codec, request(0), jpeg);
    const means = planeMeans(reader.read(data).pixels, 64, 48);
    for (const [plane, value] of expected.entries())
      assert.ok(
        Math.abs((means[plane] ?? 0) - value) <= 3,
        `${name}: ${means.join(' ')}, not ${expected.join(' ')}`,
      );
    codec.close();
  });
}

test('another size re-opens the encoder: a keyframe of that size, nothing cropped', () => {
  const codec = new CameraCodec();
  using reader = new Vp8Reader();
  const sizes = [
    [320, 240],
    [640, 480],
    [160, 120],
  ] as const;
  for (const [index, [width, height]] of sizes.entries()) {
    for (const [again, jpeg] of jpegPictures({ width, height, count: 2 }).entries()) {
      const { data, keyframe } = encodePicture(codec, request(index * 2 + again), jpeg);
      const seen = reader.read(data);
      assert.deepEqual([seen.width, seen.height], [width, height]);
      assert.equal(keyframe, again === 0);
    }
  }
  codec.close();
});

test('another bitrate re-opens the encoder, and is kept', () => {
  const codec = new CameraCodec();
  const jpegs = jpegPictures({ width: 640, height: 480, count: 50 });
  const kbitPerSecond = (bitrateBps: number) => {
    const bytes = jpegs.map((jpeg, index) => {
      const { data, keyframe } = encodePicture(codec, { ...request(index), bitrateBps }, jpeg);
      assert.equal(keyframe, index === 0);
      return index < 10 ? 0 : data.length;
    });
    return (bytes.reduce((sum, length) => sum + length, 0) * 8) / (40 * FRAME_US * 1e-6) / 1000;
  };
  const low = kbitPerSecond(200_000);
  const high = kbitPerSecond(2_000_000);
  assert.ok(low < 300, `${low} kbit/s`);
  assert.ok(high > low, `${high} kbit/s`);
  codec.close();
});

const [sound = Buffer.alloc(0)] = jpegPictures({ width: 320, height: 240, count: 1 });
const EOI = Buffer.from('ffd9', 'hex');
const startOfFrame = sound.indexOf('ffc0', 0, 'hex');
const withSize = (width: number, height: number) => {
  const jpeg = Buffer.from(sound);
  jpeg.writeUInt16BE(height, startOfFrame + 5);
  jpeg.writeUInt16BE(width, startOfFrame + 7);
  return jpeg;
};
const MALFORMED: Record<string, Buffer> = {
  'an empty message': Buffer.alloc(0),
  text: Buffer.from('<html>not a picture</html>'),
  'SOI and EOI with nothing between': Buffer.from('ffd8ffd9', 'hex'),
  'the first half': sound.subarray(0, sound.length / 2),
  'the first half with an EOI behind it': Buffer.concat([sound.subarray(0, sound.length / 2), EOI]),
  'nine tenths with an EOI behind it': Buffer.concat([sound.subarray(0, sound.length * 0.9), EOI]),
  'headers without a scan': Buffer.concat([sound.subarray(0, startOfFrame), EOI]),
  'a picture larger than any camera takes': withSize(65_500, 65_500),
  'a picture of no width': withSize(0, 240),
  'more rows than the scan has': withSize(320, 480),
  'random bytes between SOI and EOI': Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    Buffer.from(Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 253)),
    EOI,
  ]),
};

for (const [name, jpeg] of Object.entries(MALFORMED)) {
  test(`${name} is refused, and the video continues without a new keyframe`, () => {
    const codec = new CameraCodec();
    using reader = new Vp8Reader();
    const [first = sound, second = sound] = jpegPictures({ width: 320, height: 240, count: 2 });
    reader.read(encodePicture(codec, request(0), first).data);
    assert.throws(() => encodePicture(codec, request(1), jpeg), CodecError);
    const { data, keyframe } = encodePicture(codec, request(2), second);
    assert.equal(keyframe, false);
    assert.equal(reader.read(data).width, 320);
    codec.close();
  });
}

test('a JPEG truncated anywhere is refused, never half a picture', () => {
  const codec = new CameraCodec();
  for (let cut = 100; cut < sound.length - 40; cut += 97) {
    const jpeg = Buffer.concat([sound.subarray(0, cut), EOI]);
    assert.throws(
      () => encodePicture(codec, request(0), jpeg),
      CodecError,
      `cut at ${cut} of ${sound.length}`,
    );
  }
  codec.close();
});

test('real camera pictures keep their quality', (t) => {
  const footage = realFootage();
  if (!footage) return t.skip('no footage on this machine (VIGIE_FOOTAGE_DIR)');
  const codec = new CameraCodec();
  using reader = new Vp8Reader();
  const decoder = new CameraCodec();
  for (const [index, jpeg] of footage.slice(0, 100).entries()) {
    const { data } = encodePicture(codec, request(index), jpeg);
    const seen = reader.read(data);
    // The same picture at a very high bitrate stands for the original.
    using best = new Vp8Reader();
    const original = best.read(
      encodePicture(decoder, { ...request(index, true), bitrateBps: 50_000_000 }, jpeg).data,
    );
    assert.ok(lumaPsnr(seen, original) > 33, `frame ${index}: ${lumaPsnr(seen, original)} dB`);
  }
  codec.close();
  decoder.close();
});

const lumaMeans = ({ cells, columns, rows }: Luma): number[] => [
  columns,
  rows,
  cells.reduce((sum, cell) => sum + cell, 0) / cells.length,
];

test('a decoded picture and a reduced decode yield the same luma, full range, one cell per block', () => {
  const codec = new CameraCodec();
  for (const [width, height] of [
    [320, 240],
    [400, 296],
    [100, 60],
  ] as const) {
    const [jpeg = sound] = jpegPictures({ width, height, count: 1 });
    const reduced = codec.readLuma(jpeg);
    const { luma } = encodePicture(codec, { ...request(0), luma: true }, jpeg);
    assert.ok(luma);
    const [columns, rows, mean = 0] = lumaMeans(luma);
    const [reducedColumns, reducedRows, reducedMean = 0] = lumaMeans(reduced);
    assert.deepEqual([columns, rows], [Math.ceil(width / 8), Math.ceil(height / 8)]);
    assert.deepEqual([reducedColumns, reducedRows], [columns, rows]);
    assert.ok(Math.abs(mean - reducedMean) < 1.5, `${mean} and ${reducedMean}`);
    // Blocks that end outside the picture are different; no named frame size has them.
    if (width % 8 !== 0 || height % 8 !== 0) continue;
    luma.cells.forEach((cell, at) => assert.ok(Math.abs(cell - (reduced.cells[at] ?? 0)) <= 4, `cell ${at}`));
  }
  codec.close();
});

for (const { name, plain } of COLOURS) {
  test(`the luma of ${name} is full range, either way`, () => {
    const codec = new CameraCodec();
    const [jpeg = sound] = jpegPictures({ width: 64, height: 48, count: 1, plain });
    const { luma } = encodePicture(codec, { ...request(0), luma: true }, jpeg);
    for (const cells of [codec.readLuma(jpeg).cells, luma?.cells ?? Buffer.alloc(1)])
      assert.ok(cells.every((cell) => Math.abs(cell - plain[0]) <= 2));
    codec.close();
  });
}

test('a JPEG truncated anywhere has no luma', () => {
  const codec = new CameraCodec();
  for (let cut = 100; cut < sound.length - 40; cut += 397) {
    const jpeg = Buffer.concat([sound.subarray(0, cut), EOI]);
    assert.throws(() => codec.readLuma(jpeg), CodecError, `cut at ${cut} of ${sound.length}`);
  }
  codec.close();
});
