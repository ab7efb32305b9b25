/**
 * Turns single JPEGs into a track that plays like any other: decoded off the main thread, drawn to a canvas, captured. So the
 * same video element shows both kinds of source, with snapshot, full screen and picture-in-picture.
 *
 * Invariant: one picture is being decoded and at most the newest one waits; each is settled exactly once, shown or skipped.
 */

import { monotonicMs } from '../clock.ts';
import type { LiveSource, SourceCounters } from './live-source.ts';

export interface ArrivedPicture {
  jpeg: Uint8Array<ArrayBuffer>;
  /** µs since the Unix epoch, server clock. */
  captureUs: number;
  /** Called when it was shown, skipped or found to be damaged. */
  settled: () => void;
}

/** Maximum time between drawing and presenting a frame. */
const REMEMBERED = 30;

export class PictureStream implements LiveSource {
  readonly kind = 'pictures';
  readonly track: MediaStreamTrack;
  /** How many have been drawn. */
  drawn = 0;
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  readonly #onDrawn: () => void;
  /** The newest pictures drawn; `atMs` as of performance.now(). */
  readonly #recent: { atMs: number; captureUs: number }[] = [];
  #waiting: ArrivedPicture | null = null;
  #decoding = false;
  #closed = false;
  #bytes = 0;
  #received = 0;
  #dropped = 0;
  /** Pictures that the server reports as skipped. */
  #passedOver = 0;

  /** @throws Error when the browser cannot capture a canvas */
  constructor(onDrawn: () => void) {
    const context = this.#canvas.getContext('2d', { alpha: false });
    const track = context && this.#canvas.captureStream().getVideoTracks()[0];
    if (!context || !track) throw new Error('this browser cannot play single pictures');
    this.#context = context;
    this.track = track;
    this.#onDrawn = onDrawn;
  }

  /** @param passedOver as the server counts */
  show(picture: ArrivedPicture, passedOver: number): void {
    this.#bytes += picture.jpeg.length;
    this.#received++;
    this.#passedOver = passedOver;
    if (this.#waiting) this.#drop(this.#waiting);
    this.#waiting = picture;
    if (!this.#decoding) void this.#decode();
  }

  captureUs({ presentationTime }: VideoFrameCallbackMetadata): number | null {
    return this.#recent.findLast(({ atMs }) => atMs <= presentationTime)?.captureUs ?? null;
  }

  counters(): Promise<SourceCounters | null> {
    const { width, height } = this.#canvas;
    return Promise.resolve({
      timestampMs: monotonicMs(),
      bytesReceived: this.#bytes,
      width,
      height,
      packetsReceived: this.#received,
      packetsLost: 0,
      packetsRetransmitted: 0,
      framesDecoded: this.drawn,
      framesDropped: this.#dropped + this.#passedOver,
      jitterBufferSeconds: 0,
      jitterBufferFrames: 0,
    });
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.track.stop();
    if (this.#waiting) this.#drop(this.#waiting);
    this.#waiting = null;
  }

  async #decode(): Promise<void> {
    this.#decoding = true;
    for (let next = this.#takeWaiting(); next; next = this.#takeWaiting()) {
      const { jpeg, captureUs, settled } = next;
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })).catch(() => null);
      if (bitmap && !this.#closed) this.#draw(bitmap, captureUs);
      else this.#dropped++;
      bitmap?.close();
      settled();
    }
    this.#decoding = false;
  }

  #takeWaiting(): ArrivedPicture | null {
    const next = this.#waiting;
    this.#waiting = null;
    return next;
  }

  #draw(bitmap: ImageBitmap, captureUs: number): void {
    const canvas = this.#canvas;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.#context.drawImage(bitmap, 0, 0);
    this.drawn++;
    this.#recent.push({ atMs: monotonicMs(), captureUs });
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.#onDrawn();
  }

  #drop({ settled }: ArrivedPicture): void {
    this.#dropped++;
    settled();
  }
}
