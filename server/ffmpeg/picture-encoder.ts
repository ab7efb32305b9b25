/**
 * An FFmpeg encoder without delay: one picture in, one packet out. VP8 and JPEG use it.
 *
 * Invariant: options are set before the encoder is opened, and only with setOption. A dictionary given to open2Sync
 * corrupts memory (node-av 6.1.1), and an option set later has no effect.
 */

import type { AVCodecID } from 'node-av/constants';
import { Codec, CodecContext, Packet, type Frame } from 'node-av/lib';
import { check, CodecError } from './codec-error.ts';

export interface PictureEncoderSetup {
  codecId: AVCodecID;
  /** Sets size, format, rates and quality. */
  configure: (context: CodecContext) => void;
  /** Private options of the encoder, by their FFmpeg names. */
  options: Readonly<Record<string, string | number>>;
}

export class PictureEncoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  #closed = false;

  /** @throws CodecError when FFmpeg lacks the encoder or refuses the setup */
  constructor({ codecId, configure, options }: PictureEncoderSetup) {
    const codec = Codec.findEncoder(codecId);
    if (!codec) throw new CodecError(`this build of FFmpeg has no encoder with id ${codecId}`);
    this.#context.allocContext3(codec);
    configure(this.#context);
    this.#context.threadCount = 1;
    for (const [name, value] of Object.entries(options))
      check(this.#context.setOption(name, value), `encoder option ${name}`);
    check(this.#context.open2Sync(codec, null), 'encoder');
    this.#packet.alloc();
  }

  /** @throws CodecError when FFmpeg returns no packet */
  encode(picture: Frame): { data: Buffer; keyframe: boolean } {
    check(this.#context.sendFrameSync(picture), 'encoding');
    check(this.#context.receivePacketSync(this.#packet), 'encoding');
    const { data, isKeyframe } = this.#packet;
    this.#packet.unref();
    if (!data) throw new CodecError('encoding: the packet is empty');
    return { data, keyframe: isKeyframe };
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packet.free();
    this.#context.freeContext();
  }
}
