import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inspectJpeg } from '../../server/core/video/jpeg-header.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { Vp8Encoder } from '../../server/video/vp8-encoder.ts';
import { GeneratedScene } from '../../server/virtual-camera/generated-scene.ts';
import { FRAME_SIZES } from '../../server/wire/camera-settings.ts';
import { readTimeCode, timeCodeOf } from '../../server/wire/time-code.ts';
import { Vp8Reader } from '../support/vp8-reader.ts';

const START_US = 1_795_439_105_000_000;

function decode(jpeg: Uint8Array): { planes: Buffer[]; strides: number[] } {
  const decoder = new JpegDecoder();
  const { data, linesize } = decoder.decode(Buffer.from(jpeg));
  // Copied before the decoder is closed.
  const planes = (data ?? []).map((plane) => Buffer.from(plane));
  const strides = [...linesize];
  decoder.close();
  return { planes, strides };
}

/** On the scale 0 … 255, from the decoder's 16 … 235. */
function decodedLuma(jpeg: Uint8Array): (x: number, y: number) => number {
  const { planes, strides } = decode(jpeg);
  return (x, y) => (((planes[0]?.[y * (strides[0] ?? 0) + x] ?? 0) - 16) * 255) / 219;
}

/** Mean colours of a QVGA picture, which is 4:2:0 after decoding. */
function meanColors(scene: GeneratedScene): { luma: number; cb: number; cr: number } {
  const { planes, strides } = decode(scene.render(START_US).jpeg);
  const mean = (plane: number, width: number, height: number): number => {
    let sum = 0;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) sum += planes[plane]?.[y * (strides[plane] ?? 0) + x] ?? 0;
    return sum / (width * height);
  };
  return { luma: mean(0, 320, 240), cb: mean(1, 160, 120), cr: mean(2, 160, 120) };
}

suite('generated scene', () => {
  for (const frameSize of ['QQVGA', 'CIF', 'VGA', 'HD'] as const) {
    test(`${frameSize} is a valid JPEG of that size`, async () => {
      const scene = await GeneratedScene.create({ name: 'garden', frameSize, jpegQuality: 12 });
      const picture = scene.render(START_US);
      const [width, height] = FRAME_SIZES[frameSize];
      assert.deepEqual(inspectJpeg(picture.jpeg), { width, height });
      assert.deepEqual([picture.width, picture.height], [width, height]);
      scene.close();
      scene.close();
    });
  }

  test('VGA is 4:2:2 and about as large as a real OV2640’s', async () => {
    const scene = await GeneratedScene.create({ name: 'garden', frameSize: 'VGA', jpegQuality: 12 });
    const { jpeg } = scene.render(START_US);
    scene.close();
    assert.ok(jpeg.length > 18_000 && jpeg.length < 36_000, String(jpeg.length));
    const frameHeader = Buffer.from(jpeg).indexOf(Buffer.from('ffc0', 'hex'));
    // Horizontal and vertical sampling factors, a nibble each: twice the luma of chroma across, as much down.
    const [y = 0, cb = 0, cr = 0] = [11, 14, 17].map((offset) => jpeg[frameHeader + offset]);
    for (const chroma of [cb, cr]) assert.deepEqual([y >> 4, y & 15], [2 * (chroma >> 4), chroma & 15]);
  });

  for (const [frameSize, bitrateBps] of [
    ['QQVGA', 100_000],
    ['QVGA', 500_000],
    ['QVGA', 100_000],
    ['VGA', 500_000],
  ] as const) {
    test(`the time code survives JPEG and VP8, ${frameSize} at ${bitrateBps / 1000} kbit/s`, async () => {
      const scene = await GeneratedScene.create({ name: 'garden', frameSize, jpegQuality: 30 });
      const [width, height] = FRAME_SIZES[frameSize];
      const decoder = new JpegDecoder();
      const encoder = new Vp8Encoder(width, height, bitrateBps);
      using reader = new Vp8Reader();
      for (let frame = 0; frame < 60; frame++) {
        const timeUs = START_US + frame * 40_000 + frame * 170;
        const decoded = decoder.decode(Buffer.from(scene.render(timeUs).jpeg));
        const { data } = encoder.encode(decoded, timeUs, frame === 0);
        const { pixels } = reader.read(data);
        // The stream's range is 16 … 235.
        const lumaAt = (x: number, y: number): number => (((pixels[y * width + x] ?? 0) - 16) * 255) / 219;
        assert.equal(readTimeCode(lumaAt, width, height), timeCodeOf(timeUs), `frame ${frame}`);
      }
      decoder.close();
      encoder.close();
      scene.close();
    });
  }

  test('the scene moves, and the same time gives the same picture', async () => {
    const options = { name: 'garden', frameSize: 'QVGA', jpegQuality: 12 } as const;
    const [one, two] = [await GeneratedScene.create(options), await GeneratedScene.create(options)];
    const first = one.render(START_US).jpeg;
    assert.deepEqual(two.render(START_US).jpeg, first);
    assert.notDeepEqual(one.render(START_US + 1_000_000).jpeg, first);
    one.close();
    two.close();
  });

  test('settings change the picture, several changes at once one after the other', async () => {
    const scene = await GeneratedScene.create({ name: 'garden', frameSize: 'VGA', jpegQuality: 12 });
    const before = scene.render(START_US).jpeg.length;
    await scene.apply({ jpegQuality: 60 });
    assert.ok(scene.render(START_US).jpeg.length < before * 0.7);
    const answers = await Promise.all([
      scene.apply({ frameSize: 'QVGA' }),
      scene.apply({ flash: 255 }),
      scene.apply({ frameSize: 'CIF', brightness: 2 }),
    ]);
    assert.deepEqual(answers, [undefined, undefined, undefined]);
    assert.deepEqual(inspectJpeg(scene.render(START_US).jpeg), { width: 400, height: 296 });
    scene.close();
  });

  test('exposure and white balance change light and colour, and can be reset', async () => {
    const scene = await GeneratedScene.create({ name: 'garden', frameSize: 'QVGA', jpegQuality: 12 });
    const before = meanColors(scene);
    await scene.apply({ exposure: 2 });
    assert.ok(meanColors(scene).luma > before.luma + 5);
    await scene.apply({ exposure: 0, whiteBalance: 'home' });
    const bluish = meanColors(scene);
    assert.ok(bluish.cb > before.cb + 1 && bluish.cr < before.cr - 1, JSON.stringify({ before, bluish }));
    await scene.apply({ whiteBalance: 'auto' });
    // The noise differs.
    assert.ok(Math.abs(meanColors(scene).cb - before.cb) < 0.5);
    scene.close();
  });

  test('a mirrored and flipped picture is still machine-readable', async () => {
    const scene = await GeneratedScene.create({ name: 'garden', frameSize: 'VGA', jpegQuality: 12 });
    const upright = scene.render(START_US).jpeg;
    await scene.apply({ hMirror: true, vFlip: true });
    const turned = scene.render(START_US).jpeg;
    assert.notDeepEqual(turned, upright);
    const lumaAt = decodedLuma(turned);
    assert.equal(readTimeCode(lumaAt, 640, 480), timeCodeOf(START_US));
    await scene.apply({ hMirror: false, vFlip: false });
    assert.equal(scene.render(START_US).width, 640);
    scene.close();
  });

  test('a change that finishes after closing does no harm', async () => {
    const scene = await GeneratedScene.create({ name: 'garden', frameSize: 'QQVGA', jpegQuality: 12 });
    const change = scene.apply({ frameSize: 'QVGA' });
    scene.close();
    assert.equal(await change, undefined);
  });
});
