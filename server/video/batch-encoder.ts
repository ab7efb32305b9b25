/**
 * Stored pictures → VP8 as fast as a codec process can, in a separate encoder: the seconds before an event.
 *
 * It runs beside the live encoders, one picture at a time, so a live picture waits for at most one of these. Pictures
 * the codec refuses are skipped; if its process dies, the frames encoded so far are the result. A camera whose pictures
 * keep crashing codec processes yields none.
 */

import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { encodeRequest, type CodecReplyHeader } from './codec-messages.ts';
import type { CodecPool } from './codec-pool.ts';
import type { CodecSeat } from './codec-seat.ts';

const KEYFRAME_INTERVAL_US = 2_000_000;

/**
 * @param frames of one camera
 * @returns in the order of the frames, beginning with a keyframe; empty when none could be encoded
 */
export function encodeBatch(
  pool: CodecPool,
  frames: readonly CameraFrame[],
  bitrateBps: number,
): Promise<EncodedFrame[]> {
  const [first] = frames;
  if (!first || pool.isAside(first.cameraId)) return Promise.resolve([]);
  const { cameraId } = first;
  return new Promise((resolve) => new Batch(cameraId, pool, frames, bitrateBps, resolve).next());
}

class Batch {
  readonly #frames: readonly CameraFrame[];
  readonly #bitrateBps: number;
  readonly #done: (encoded: EncodedFrame[]) => void;
  readonly #seat: CodecSeat;
  readonly #encoded: EncodedFrame[] = [];
  #at = 0;
  #busy = false;
  #lastKeyframeUs = -Infinity;

  constructor(
    cameraId: string,
    pool: CodecPool,
    frames: readonly CameraFrame[],
    bitrateBps: number,
    done: (encoded: EncodedFrame[]) => void,
  ) {
    this.#frames = frames;
    this.#bitrateBps = bitrateBps;
    this.#done = done;
    this.#seat = pool.open(cameraId, {
      onReady: () => this.next(),
      onAnswer: (reply, data) => this.#onEncoded(reply, data),
      onRejected: () => this.#onDone(),
      onLost: () => this.#finish(),
    });
  }

  next(): void {
    const frame = this.#frames[this.#at];
    if (!frame) return this.#finish();
    if (this.#busy || !this.#seat.ready) return;
    this.#busy = true;
    const keyframe = frame.captureUs - this.#lastKeyframeUs >= KEYFRAME_INTERVAL_US;
    const { captureUs } = frame;
    const full = { bitrateBps: this.#bitrateBps, encode: true, keyframe };
    this.#seat.ask(encodeRequest({ captureUs, luma: false, rungs: { full } }), frame);
  }

  #onEncoded({ keyframe, layer, width, height }: CodecReplyHeader, data: Uint8Array): void {
    const frame = this.#frames[this.#at];
    if (!frame) return;
    const { cameraId, captureUs, receivedUs } = frame;
    if (keyframe) this.#lastKeyframeUs = captureUs;
    const times = {
      captureUs,
      receivedUs,
      decodeStartUs: receivedUs,
      decodedUs: receivedUs,
      encodedUs: receivedUs,
    };
    // The codec reuses its buffer; these are kept.
    this.#encoded.push({
      cameraId,
      rung: 'full',
      layer,
      data: Uint8Array.from(data),
      keyframe,
      repeated: false,
      width,
      height,
      timestamp90k: 0,
      ...times,
    });
    this.#onDone();
  }

  #onDone(): void {
    this.#busy = false;
    this.#at++;
    this.next();
  }

  #finish(): void {
    this.#seat.close();
    this.#at = this.#frames.length;
    this.#done(this.#encoded);
  }
}
