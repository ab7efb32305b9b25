/** VP8 frames → pictures, by FFmpeg's own decoder, which shares no code with the encoder: the viewer's view. */

import { AV_CODEC_ID_VP8 } from 'node-av/constants';
import { Codec, CodecContext, Frame, Packet } from 'node-av/lib';

export interface Picture {
  width: number;
  height: number;
  keyframe: boolean;
  /** I420 without padding: Y, then Cb, then Cr. */
  pixels: Buffer;
}

export class Vp8Reader {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  constructor() {
    const codec = Codec.findDecoder(AV_CODEC_ID_VP8);
    this.#context.allocContext3(codec);
    this.#context.threadCount = 1;
    this.#context.setOption('err_detect', 'explode');
    if (this.#context.open2Sync(codec, null) < 0) throw new Error('FFmpeg has no VP8 decoder');
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /** @throws Error when the frame cannot be decoded, as for one that refers to a keyframe never seen */
  read(frame: Uint8Array): Picture {
    this.#packet.data = Buffer.from(frame);
    const result = this.#context.sendPacketSync(this.#packet) || this.#context.receiveFrameSync(this.#frame);
    this.#packet.unref();
    if (result < 0) throw new Error(`VP8 decoder: ${result}`);
    const { width, height, keyFrame } = this.#frame;
    return { width, height, keyframe: keyFrame === 1, pixels: this.#frame.toBuffer() };
  }

  [Symbol.dispose](): void {
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}

/** Peak signal-to-noise ratio of the luma, in dB; of every seventh pixel, which is enough to distinguish encoders. */
export function lumaPsnr(a: Picture, b: Picture): number {
  let squares = 0;
  let count = 0;
  for (let at = 0; at < a.width * a.height; at += 7) {
    squares += ((a.pixels[at] ?? 0) - (b.pixels[at] ?? 0)) ** 2;
    count++;
  }
  return 10 * Math.log10(255 ** 2 / (squares / count || 1e-9));
}
