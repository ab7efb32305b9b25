/**
 * FFmpeg's JPEG decoder, set up to be strict. Runs in the codec process.
 *
 * It belongs to one camera: the Huffman tables of one picture apply to the next, as in MJPEG video.
 */

import { AV_CODEC_ID_MJPEG } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import { MAX_LARGE_FRAME_HEIGHT, MAX_LARGE_FRAME_WIDTH } from '../wire/camera-protocol.ts';
import { check } from '../ffmpeg/codec-error.ts';

/** The fastest of FFmpeg's exact inverse transforms; it has assembler code on x64 only. */
const IDCT = process.arch === 'x64' ? 'xvid' : 'auto';

/**
 * FFmpeg compares `max_pixels` with the height times the width rounded up to the alignment of a line, which is 64
 * pixels with AVX-512 and less elsewhere. A picture may be in portrait format.
 */
const LINE_ALIGNMENT = 128;
const MAX_PIXELS = Math.max(
  alignedPixels(MAX_LARGE_FRAME_WIDTH, MAX_LARGE_FRAME_HEIGHT),
  alignedPixels(MAX_LARGE_FRAME_HEIGHT, MAX_LARGE_FRAME_WIDTH),
);

function alignedPixels(width: number, height: number): number {
  return Math.ceil(width / LINE_ALIGNMENT) * LINE_ALIGNMENT * height;
}

export class MjpegDecoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #decoded = new Frame();

  /** @param halvings of width and height; 3 gives an eighth of the size, from the DC coefficients alone */
  constructor(halvings: 0 | 1 | 2 | 3) {
    const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
    this.#context.allocContext3(codec);
    this.#context.threadCount = 1;
    // Without it a truncated JPEG yields half a picture, and no error.
    check(this.#context.setOption('err_detect', 'explode'), 'decoder option');
    check(this.#context.setOption('max_pixels', MAX_PIXELS), 'decoder option');
    check(this.#context.setOption('idct', IDCT), 'decoder option');
    check(this.#context.setOption('lowres', halvings), 'decoder option');
    check(this.#context.open2Sync(codec, null), 'decoder');
    this.#packet.alloc();
    this.#decoded.alloc();
  }

  /**
   * @returns the picture in the JPEG's format, full range; it belongs to the decoder and is valid until the next call
   * @throws CodecError when the bytes are not one complete, undamaged JPEG
   */
  decode(jpeg: Buffer): Frame {
    this.#packet.data = jpeg;
    try {
      check(this.#context.sendPacketSync(this.#packet), 'JPEG');
      check(this.#context.receiveFrameSync(this.#decoded), 'JPEG');
    } finally {
      this.#packet.unref();
    }
    return this.#decoded;
  }

  close(): void {
    this.#packet.free();
    this.#decoded.free();
    this.#context.freeContext();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
