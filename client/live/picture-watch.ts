/**
 * Keeps one camera's pictures coming over the signaling WebSocket, across its reconnections, into a PictureStream.
 *
 * Invariant: each picture is acknowledged exactly once, when it has been shown or passed over; so a slow link or a slow phone
 * gets fewer of them.
 */

import { Backoff } from '../signaling/backoff.ts';
import type { ReceivedPicture, SignalingClient } from '../signaling/signaling-client.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import { PictureStream } from './picture-stream.ts';

export interface PictureWatchOptions {
  cameraId: string;
  signaling: SignalingClient;
  /** Called for each picture drawn. */
  onDrawn: (stream: PictureStream) => void;
  /** The right to the camera is gone. */
  onDenied: () => void;
  /** The server has no room for it, and is asked again. @param watching how many watch; null: now it has */
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
    const { signaling } = options;
    this.#options = options;
    this.#stream = new PictureStream(() => options.onDrawn(this.#stream));
    this.#stops = [
      signaling.on('state', (state) => state === 'open' && void this.#ask()),
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

  async #ask(): Promise<void> {
    const { signaling, cameraId, onFull } = this.#options;
    if (this.#closed || this.#asking || signaling.state !== 'open') return;
    this.#asking = true;
    clearTimeout(this.#retry);
    const { epoch } = signaling;
    try {
      const { watchId: id } = await signaling.request('watchFrames', { cameraId });
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
    // The connection may have gone and come back meanwhile.
    if (epoch !== signaling.epoch) await this.#ask();
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
