/**
 * Measures the cost of three temporal layers: bits at the same quality and CPU time, beside the same encoder with one layer, on
 * real footage.
 *
 *     npm run bench:layers
 *
 * Each is encoded at several bitrates; between them the bits are interpolated at the same PSNR, and the mean over the PSNR that
 * both reach is printed (a BD-rate, piecewise linear). Target: at most 5 % more bits.
 */

/* oxlint-disable no-console -- this is a command; its output is its purpose */

import {
  AV_LOG_QUIET,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  SWS_AREA,
} from 'node-av/constants';
import { Frame, Log, SoftwareScaleContext } from 'node-av/lib';
import { rungsOf } from '../../server/core/video/rungs.ts';
import { PictureEncoder } from '../../server/ffmpeg/picture-encoder.ts';
import { JpegDecoder } from '../../server/video/jpeg-decoder.ts';
import { vp8Setup } from '../../server/video/vp8-encoder.ts';
import { realFootage } from '../support/footage.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { lumaPsnr, Vp8Reader } from '../support/vp8-reader.ts';

const RATES = [0.5, 0.75, 1, 1.5, 2];
const WARM_UP_FRAMES = 50;
const LAYER_OF = [0, 2, 1, 2];
const POINTS = 50;

interface Run {
  kbitPerSecond: number;
  psnrDb: number;
  cpuMs: number;
  /** Share of the bits in layers 0, 1 and 2. */
  shares: number[];
}

function scaledPictures(jpegs: readonly Buffer[], width: number, height: number): Frame[] {
  const decoder = new JpegDecoder();
  using scaler = new SoftwareScaleContext();
  scaler.getContext(640, 480, AV_PIX_FMT_YUV420P, width, height, AV_PIX_FMT_YUV420P, SWS_AREA);
  const pictures = jpegs.map((jpeg) => {
    const picture = new Frame();
    picture.alloc();
    picture.width = width;
    picture.height = height;
    picture.format = AV_PIX_FMT_YUV420P;
    picture.allocBuffer();
    scaler.scaleFrameSync(picture, decoder.decode(jpeg));
    return picture;
  });
  decoder.close();
  return pictures;
}

function encode(pictures: readonly Frame[], bitrateBps: number, fps: number, layers: boolean): Run {
  const width = pictures[0]?.width ?? 0;
  const height = pictures[0]?.height ?? 0;
  const setup = vp8Setup(width, height, bitrateBps);
  const { 'ts-parameters': _layers, ...single } = setup.options;
  const encoder = new PictureEncoder({ ...setup, options: layers ? setup.options : single });
  using reader = new Vp8Reader();
  const run: Run = { kbitPerSecond: 0, psnrDb: 0, cpuMs: 0, shares: [0, 0, 0] };
  let bytes = 0;
  for (const [index, picture] of pictures.entries()) {
    picture.pts = BigInt(Math.round((index * 90_000) / fps));
    picture.pictType = index === 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const before = process.cpuUsage();
    const { data } = encoder.encode(picture);
    const { user, system } = process.cpuUsage(before);
    run.cpuMs += (user + system) / 1000 / pictures.length;
    const seen = reader.read(data);
    if (index < WARM_UP_FRAMES) continue;
    bytes += data.length;
    const layer = LAYER_OF[index % LAYER_OF.length] ?? 0;
    run.shares[layer] = (run.shares[layer] ?? 0) + data.length;
    run.psnrDb += lumaPsnr(seen, { ...seen, pixels: picture.toBuffer() });
  }
  encoder.close();
  const measured = pictures.length - WARM_UP_FRAMES;
  run.kbitPerSecond = (bytes * 8 * fps) / measured / 1000;
  run.psnrDb /= measured;
  run.shares = run.shares.map((share) => share / bytes);
  return run;
}

/** @returns the logarithm of the bits at this quality; NaN outside what was measured */
function logRateAt(runs: readonly Run[], psnrDb: number): number {
  for (const [index, after] of runs.entries()) {
    const before = runs[index - 1];
    if (!before || psnrDb < before.psnrDb || psnrDb > after.psnrDb) continue;
    const share = (psnrDb - before.psnrDb) / (after.psnrDb - before.psnrDb);
    return Math.log(before.kbitPerSecond) * (1 - share) + Math.log(after.kbitPerSecond) * share;
  }
  return Number.NaN;
}

/** @returns how many more bits the second takes at the same quality, as a share */
function moreBits(one: readonly Run[], other: readonly Run[]): number {
  const lowDb = Math.max(one[0]?.psnrDb ?? 0, other[0]?.psnrDb ?? 0);
  const highDb = Math.min(one.at(-1)?.psnrDb ?? 0, other.at(-1)?.psnrDb ?? 0);
  const differences = Array.from({ length: POINTS }, (_, point) => {
    const psnrDb = lowDb + ((highDb - lowDb) * (point + 0.5)) / POINTS;
    return logRateAt(other, psnrDb) - logRateAt(one, psnrDb);
  });
  return Math.exp(differences.reduce((sum, each) => sum + each, 0) / POINTS) - 1;
}

Log.setLevel(AV_LOG_QUIET);
const footage = realFootage()?.slice(0, 300);
console.log(footage ? 'pictures: real footage' : 'pictures: generated, no footage found');
const jpegs = footage ?? jpegPictures({ width: 640, height: 480, count: 200 });
for (const { name, width, height, bitrateBps } of rungsOf(640, 480, 25)) {
  const pictures = scaledPictures(jpegs, width, height);
  for (const fps of [25, 10]) {
    const runs = (layers: boolean) =>
      RATES.map((rate) => encode(pictures, Math.round(bitrateBps * rate), fps, layers));
    const [one, three] = [runs(false), runs(true)];
    const more = moreBits(one, three);
    const cpu = (of: readonly Run[]) => of.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / of.length;
    const shares = three[2]?.shares.map((share) => `${(share * 100).toFixed(0)} %`).join(', ');
    console.log(
      `${name.padEnd(6)}${width}×${height} at ${fps} fps: three layers take ${(more * 100).toFixed(1)} % more bits at the same PSNR ` +
        `(${more <= 0.05 ? 'target 5 % reached' : 'target 5 % MISSED'}), ${(cpu(three) / cpu(one)).toFixed(2)} of the CPU time; ` +
        `layers have ${shares} of the bits`,
    );
    for (const [index, rate] of RATES.entries())
      console.log(
        `    ${(bitrateBps * rate) / 1000} kbit/s: one ${one[index]?.kbitPerSecond.toFixed(0)} kbit/s ${one[index]?.psnrDb.toFixed(2)} dB, ` +
          `three ${three[index]?.kbitPerSecond.toFixed(0)} kbit/s ${three[index]?.psnrDb.toFixed(2)} dB`,
      );
  }
  for (const picture of pictures) picture.free();
}
