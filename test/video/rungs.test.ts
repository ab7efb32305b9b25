import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { RUNG_NAMES, rungsOf } from '../../server/core/video/rungs.ts';
import { CameraCodec, type Transcoded } from '../../server/video/camera-codec.ts';
import { encodeRungs } from '../support/encode-picture.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { lumaPsnr, Vp8Reader, type Picture } from '../support/vp8-reader.ts';

Log.setLevel(AV_LOG_QUIET);

const FRAME_US = 40_000;
const jpegs = jpegPictures({ width: 640, height: 480, count: 40 });
const RATES = { full: 950_000, large: 450_000, small: 180_000, tiny: 40_000 };

/** Each picture through one codec, all rungs. */
function encoded(count: number): Transcoded[][] {
  const codec = new CameraCodec();
  const frames = jpegs
    .slice(0, count)
    .map((jpeg, index) => encodeRungs(codec, index * FRAME_US, RATES, jpeg));
  codec.close();
  return frames;
}

test('each rung of a picture is a stream of its own, in its size, best first, from one decode', () => {
  const readers = RUNG_NAMES.map(() => new Vp8Reader());
  for (const [index, rungs] of encoded(10).entries()) {
    assert.deepEqual(
      rungs.map(({ rung, width, height }) => ({ rung, width, height })),
      rungsOf(640, 480, 25).map(({ name, width, height }) => ({ rung: name, width, height })),
    );
    assert.equal(new Set(rungs.map(({ decodedUs }) => decodedUs)).size, 1);
    for (const [at, { data, width, height, keyframe }] of rungs.entries()) {
      const seen = readers[at]?.read(data);
      assert.deepEqual([seen?.width, seen?.height, seen?.keyframe], [width, height, index === 0]);
      assert.equal(keyframe, index === 0);
    }
  }
  for (const reader of readers) reader[Symbol.dispose]();
});

/** Each pixel is the mean of a square of the larger picture. */
function shrunk({ width, height, pixels }: Picture, by: number): Buffer {
  const small = Buffer.alloc((width / by) * (height / by));
  for (let y = 0; y < height / by; y++)
    for (let x = 0; x < width / by; x++) {
      let sum = 0;
      for (let dy = 0; dy < by; dy++)
        for (let dx = 0; dx < by; dx++) sum += pixels[(y * by + dy) * width + x * by + dx] ?? 0;
      small[(y * width) / by + x] = Math.round(sum / by / by);
    }
  return small;
}

test('a rung shows the camera’s picture, in the same range, and no other detail than that', () => {
  const codec = new CameraCodec();
  const [jpeg = Buffer.alloc(0)] = jpegs;
  const best = { full: 50_000_000, small: 50_000_000, tiny: 50_000_000 };
  const [full, ...rungs] = encodeRungs(codec, 0, best, jpeg);
  assert.ok(full && rungs.length === 2);
  const original = new Vp8Reader().read(full.data);
  for (const { data, width } of rungs) {
    const seen = new Vp8Reader().read(data);
    const psnrDb = lumaPsnr(seen, { ...seen, pixels: shrunk(original, 640 / width) });
    assert.ok(psnrDb > 35, `${width}: ${psnrDb} dB`);
  }
  codec.close();
});

test('a camera of another size begins each rung anew, and a rung it does not have comes in its own size', () => {
  const codec = new CameraCodec();
  const [qvga = Buffer.alloc(0)] = jpegPictures({ width: 320, height: 240, count: 1 });
  const [vga = Buffer.alloc(0)] = jpegs;
  const sizes = [vga, qvga, vga].map((jpeg, index) =>
    encodeRungs(codec, index * FRAME_US, { large: 450_000, tiny: 40_000 }, jpeg).map(
      ({ width, height, keyframe }) => `${width}×${height} ${keyframe}`,
    ),
  );
  const ofVga = ['480×360 true', '160×120 true'];
  // The tiny picture has the same size in both.
  assert.deepEqual(sizes, [ofVga, ['320×240 true', '160×120 false'], ['480×360 true', '160×120 false']]);
  codec.close();
});

test('a rung keeps its encoder while it is named, and loses it when it is not', () => {
  const codec = new CameraCodec();
  const [jpeg = Buffer.alloc(0)] = jpegs;
  const small = { bitrateBps: 180_000, keyframe: false, encode: true };
  const full = { bitrateBps: 950_000, keyframe: false, encode: true };
  const keyframes: string[] = [];
  const ask = (rungs: Parameters<CameraCodec['transcode']>[0]['rungs']) => {
    codec.transcode({ captureUs: 0, luma: false, rungs }, jpeg, ({ rung, keyframe }) => {
      if (keyframe) keyframes.push(rung);
    });
    return codec.openRungs;
  };
  assert.deepEqual(ask({ full, small }), ['full', 'small']);
  assert.deepEqual(ask({ full, small: { ...small, encode: false } }), ['full', 'small']);
  assert.deepEqual(ask({ full, small }), ['full', 'small']);
  assert.deepEqual(ask({ full }), ['full']);
  assert.deepEqual(ask({ small }), ['small']);
  assert.deepEqual(keyframes, ['full', 'small', 'small'], 'only an encoder that was opened begins anew');
  codec.close();
});

test('layers follow their pattern from each keyframe that was asked for', () => {
  const codec = new CameraCodec();
  const layers = jpegs.slice(0, 12).map((jpeg, index) => {
    const frames: Transcoded[] = [];
    const full = { bitrateBps: 950_000, keyframe: index === 6, encode: true };
    codec.transcode({ captureUs: index * FRAME_US, luma: false, rungs: { full } }, jpeg, (frame) =>
      frames.push(frame),
    );
    return `${frames[0]?.layer.tid}${frames[0]?.layer.layerSync ? 's' : ''}`;
  });
  assert.deepEqual(layers, ['0s', '2s', '1s', '2', '0', '2s', '0s', '2s', '1s', '2', '0', '2s']);
  codec.close();
});

/** Pictures of a viewer who is sent some of the frames. */
function shown(frames: readonly Transcoded[], isSent: (frame: Transcoded, index: number) => boolean) {
  using reader = new Vp8Reader();
  return frames.map((frame, index) => (isSent(frame, index) ? reader.read(frame.data).pixels : undefined));
}

test('without the frames of upper layers the others are the same pictures, in each rung', () => {
  const all = encoded(40);
  for (const [at, name] of RUNG_NAMES.entries()) {
    const frames = all.flatMap((rungs) => rungs[at] ?? []);
    const whole = shown(frames, () => true);
    for (const highest of [0, 1]) {
      const part = shown(frames, ({ layer }) => layer.tid <= highest);
      for (const [index, pixels] of part.entries())
        if (pixels) assert.ok(pixels.equals(whole[index] ?? Buffer.alloc(0)), `${name}, frame ${index}`);
    }
  }
});

test('at a frame that is a layer sync, who had layer 0 alone may go on with all frames of its layer and below', () => {
  const frames = encoded(40).flatMap(([full]) => full ?? []);
  const whole = shown(frames, () => true);
  for (const [from, { layer }] of frames.entries()) {
    if (!layer.layerSync || layer.tid === 0) continue;
    const part = shown(frames, (frame, index) => frame.layer.tid <= (index < from ? 0 : layer.tid));
    // Some frames of the highest layer may refer to one of the layer between, which is sent from its own sync on.
    for (const [index, pixels] of part.entries())
      if (pixels) assert.ok(pixels.equals(whole[index] ?? Buffer.alloc(0)), `from ${from}, frame ${index}`);
  }
});

test('no frame refers to one of the highest layer: each of them can be left out alone', () => {
  const frames = encoded(24).flatMap(([full]) => full ?? []);
  const whole = shown(frames, () => true);
  for (const [without, { layer }] of frames.entries()) {
    if (layer.tid !== 2) continue;
    for (const [index, pixels] of shown(frames, (_frame, at) => at !== without).entries())
      if (pixels)
        assert.ok(pixels.equals(whole[index] ?? Buffer.alloc(0)), `without ${without}, frame ${index}`);
  }
});
