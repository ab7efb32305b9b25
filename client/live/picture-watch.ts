/**
 * Requests one camera's pictures over the signaling WebSocket, across its reconnections, for a PictureStream.
 *
 * Invariants: each picture is acknowledged exactly once, when it has been shown or skipped, so a slow link or a slow phone
 * gets fewer of them; no more and no larger ones are requested than the data saver allows.
 */

import { Backoff } from '../signaling/backoff.ts';
import type { ReceivedPicture, SignalingClient } from '../signaling/signaling-client.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import type { PictureQualityChoice } from './picture-quality.ts';
import { PictureStream } from './picture-stream.ts';

export interface PictureWatchOptions {
  cameraId: string;
  signaling: SignalingClient;
  quality: Pick<PictureQualityChoice, 'on' | 'pictureLimits'>;
  /** Called for each picture drawn. */
  onDrawn: (stream: PictureStream) => void;
  /** The right to the camera has ended. */
  onDenied: () => void;
  /** The server is full, and the request is repeated. @param watching number of viewers; null: it has room now */
  onFull: (watching: number | null) => void;
}

export class PictureWatch {
  readonly #options: PictureWatchOptions;
  readonly #stream: PictureStream;
  readonly #backoff = new Backoff({ baseMs: 1_000, maxMs: 15_000 });
  readonly #stops: (() => void)[];
  #watch: { id: number; epoch: number } | null = null;
  #asking = false;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** @throws Error when the browser cannot play single pictures */
  constructor(options: PictureWatchOptions) {
    const { signaling, quality } = options;
    this.#options = options;
    this.#stream = new PictureStream(() => options.onDrawn(this.#stream));
    this.#stops = [
      signaling.on('state', (state) => state === 'open' && void this.#ask()),
      quality.on('change', () => this.#renew()),
      signaling.on('picture', (picture) => this.#onPicture(picture)),
      signaling.on('framesEnded', ({ watchId }) => {
        if (!this.#isCurrent(watchId)) return;
        this.#watch = null;
        options.onDenied();
      }),
    ];
    void this.#ask();
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const stop of this.#stops) stop();
    this.#stream.close();
    if (this.#watch && this.#isCurrent(this.#watch.id)) this.#stop(this.#watch.id);
  }

  /** The data saver allows more or less than before. */
  #renew(): void {
    if (this.#watch && this.#isCurrent(this.#watch.id)) this.#stop(this.#watch.id);
    this.#watch = null;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const { signaling, cameraId, onFull, quality } = this.#options;
    if (this.#closed || this.#asking || signaling.state !== 'open') return;
    this.#asking = true;
    clearTimeout(this.#retry);
    const { epoch } = signaling;
    const { pictureLimits } = quality;
    try {
      const { watchId: id } = await signaling.request('watchFrames', { cameraId, ...pictureLimits });
      this.#backoff.reset();
      this.#watch = { id, epoch };
      if (this.#closed) this.#stop(id);
      else onFull(null);
    } catch (error) {
      const watching = SignalingError.watchingWhenFull(error);
      if (watching !== undefined && !this.#closed) onFull(watching);
      // Without a connection or the right the receiver closes this; any other refusal may be temporary.
      if (!this.#closed) this.#retry = setTimeout(() => void this.#ask(), this.#backoff.next());
    } finally {
      this.#asking = false;
    }
    // The connection may have gone and come back meanwhile, or the limits have changed.
    if (epoch !== signaling.epoch) await this.#ask();
    else if (pictureLimits !== quality.pictureLimits) this.#renew();
  }

  #onPicture({ watchId, sequence, jpeg, captureUs, passedOver }: ReceivedPicture): void {
    if (!this.#isCurrent(watchId)) return;
    const settled = (): void => {
      if (this.#isCurrent(watchId)) this.#options.signaling.acknowledge(watchId, sequence);
    };
    this.#stream.show({ jpeg, captureUs, settled }, passedOver);
  }

  #isCurrent(watchId: number): boolean {
    return this.#watch?.id === watchId && this.#watch.epoch === this.#options.signaling.epoch;
  }

  #stop(watchId: number): void {
    this.#options.signaling.request('stopFrames', { watchId }).catch(() => undefined);
  }
}
