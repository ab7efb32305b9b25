/**
 * Pictures → luma at an eighth of their size, full range. Runs in the codec process.
 *
 * From a picture that is decoded anyway it is one pass of the scaler. From a JPEG alone it is cheaper than that picture would
 * be: a decoder that is told so reads the DC coefficients, which are the means of the 8 × 8 blocks, and no more.
 */

import { AV_CODEC_ID_MJPEG, AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P, SWS_AREA } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import { lumaCells, LUMA_SCALE } from '../core/luma-frame.ts';
import { MAX_FRAME_HEIGHT, MAX_FRAME_WIDTH } from '../wire/camera-protocol.ts';
import { check, CodecError } from './codec-error.ts';

export interface Luma {
  columns: number;
  rows: number;
  /** `columns * rows` values of 0 … 255. */
  cells: Buffer;
}

export class LumaReader {
  #scaler: LumaScaler | undefined;
  #decoder: ReducedDecoder | undefined;

  /** @param picture 4:2:0, limited range, as JpegDecoder gives it */
  ofPicture(picture: Frame): Luma {
    if (!this.#scaler?.fits(picture)) {
      this.#scaler?.close();
      this.#scaler = new LumaScaler(picture.width, picture.height);
    }
    return this.#scaler.scale(picture);
  }

  /** @throws CodecError when the bytes are not one whole, sound JPEG */
  ofJpeg(jpeg: Buffer): Luma {
    this.#decoder ??= new ReducedDecoder();
    return this.#decoder.decode(jpeg);
  }

  close(): void {
    this.#scaler?.close();
    this.#decoder?.close();
    this.#scaler = undefined;
    this.#decoder = undefined;
  }
}

/** swscale set up for one size. */
class LumaScaler {
  readonly #context = new SoftwareScaleContext();
  readonly #cells = new Frame();
  readonly #width: number;
  readonly #height: number;

  constructor(width: number, height: number) {
    const { columns, rows } = lumaCells(width, height);
    this.#width = width;
    this.#height = height;
    this.#cells.alloc();
    this.#cells.width = columns;
    this.#cells.height = rows;
    this.#cells.format = AV_PIX_FMT_GRAY8;
    check(this.#cells.allocBuffer(), 'luma');
    this.#context.getContext(width, height, AV_PIX_FMT_YUV420P, columns, rows, AV_PIX_FMT_GRAY8, SWS_AREA);
  }

  fits({ width, height }: Frame): boolean {
    return this.#width === width && this.#height === height;
  }

  scale(picture: Frame): Luma {
    check(this.#context.scaleFrameSync(this.#cells, picture), 'luma');
    return lumaOf(this.#cells);
  }

  close(): void {
    this.#context.freeContext();
    this.#cells.free();
  }
}

/** FFmpeg's JPEG decoder at an eighth of the size. */
class ReducedDecoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #decoded = new Frame();

  constructor() {
    const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
    this.#context.allocContext3(codec);
    this.#context.threadCount = 1;
    check(this.#context.setOption('lowres', Math.log2(LUMA_SCALE)), 'decoder option');
    check(this.#context.setOption('err_detect', 'explode'), 'decoder option');
    check(this.#context.setOption('max_pixels', MAX_FRAME_WIDTH * MAX_FRAME_HEIGHT), 'decoder option');
    check(this.#context.open2Sync(codec, null), 'decoder');
    this.#packet.alloc();
    this.#decoded.alloc();
  }

  decode(jpeg: Buffer): Luma {
    this.#packet.data = jpeg;
    try {
      check(this.#context.sendPacketSync(this.#packet), 'JPEG');
      check(this.#context.receiveFrameSync(this.#decoded), 'JPEG');
    } finally {
      this.#packet.unref();
    }
    return lumaOf(this.#decoded);
  }

  close(): void {
    this.#packet.free();
    this.#decoded.free();
    this.#context.freeContext();
  }
}

/** The first plane without the padding of its lines: luma, in whatever way the chroma is sampled. */
function lumaOf({ width: columns, height: rows, data, linesize }: Frame): Luma {
  const plane = data?.[0];
  const stride = linesize[0] ?? 0;
  if (!plane || stride < columns) throw new CodecError('JPEG: no luma plane');
  const cells = Buffer.alloc(columns * rows);
  for (let row = 0; row < rows; row++) plane.copy(cells, row * columns, row * stride, row * stride + columns);
  return { columns, rows, cells };
}
