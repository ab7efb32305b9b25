/**
 * Pictures → luma at an eighth of their size, full range. Runs in the codec process.
 *
 * For a picture that is decoded anyway it takes one pass of the scaler. From a JPEG alone it is cheaper than decoding
 * the picture: a reduced decode reads only the DC coefficients, which are the means of the 8 × 8 blocks.
 */

import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { lumaCells } from '../core/video/luma-frame.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import { check, CodecError } from '../ffmpeg/codec-error.ts';
import { MjpegDecoder } from './mjpeg-decoder.ts';

export interface Luma {
  columns: number;
  rows: number;
  /** `columns * rows` values of 0 … 255. */
  cells: Buffer;
}

/** Sizes whose scaler is kept, as in jpeg-decoder.ts. */
const MAX_SCALERS = 3;

export class LumaReader {
  readonly #scalers = new RecentlyUsed<string, LumaScaler>(MAX_SCALERS, (scaler) => scaler.close());
  #decoder: MjpegDecoder | undefined;

  /** @param picture 4:2:0, limited range, from JpegDecoder */
  ofPicture(picture: Frame): Luma {
    const { width, height } = picture;
    const scaler = this.#scalers.getOrAdd(`${width}×${height}`, () => new LumaScaler(width, height));
    return scaler.scale(picture);
  }

  /** @throws CodecError when the bytes are not one complete, undamaged JPEG */
  ofJpeg(jpeg: Buffer): Luma {
    this.#decoder ??= new MjpegDecoder(3);
    return lumaOf(this.#decoder.decode(jpeg));
  }

  close(): void {
    this.#scalers.clear();
    this.#decoder?.close();
    this.#decoder = undefined;
  }
}

/** swscale set up for one size. */
class LumaScaler {
  readonly #context = new SoftwareScaleContext();
  readonly #cells = new Frame();

  constructor(width: number, height: number) {
    const { columns, rows } = lumaCells(width, height);
    this.#cells.alloc();
    this.#cells.width = columns;
    this.#cells.height = rows;
    this.#cells.format = AV_PIX_FMT_GRAY8;
    check(this.#cells.allocBuffer(), 'luma');
    this.#context.getContext(width, height, AV_PIX_FMT_YUV420P, columns, rows, AV_PIX_FMT_GRAY8, SWS_AREA);
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

/** The first plane without the padding of its lines: luma, for any sampling of the chroma. */
function lumaOf({ width: columns, height: rows, data, linesize }: Frame): Luma {
  const plane = data?.[0];
  const stride = linesize[0] ?? 0;
  if (!plane || stride < columns) throw new CodecError('JPEG: no luma plane');
  const cells = Buffer.alloc(columns * rows);
  for (let row = 0; row < rows; row++) plane.copy(cells, row * columns, row * stride, row * stride + columns);
  return { columns, rows, cells };
}
