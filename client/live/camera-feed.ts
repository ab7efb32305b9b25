/**
 * One camera's picture as its elements see it, across all reconnections: they watch the feed, and the receiver gives it
 * one source after the other. While it has pictures (the fallback), these are shown instead of video.
 */

import { Emitter } from '../emitter.ts';
import type { LiveSource } from './live-source.ts';
import type { LiveConsumer } from './live-transport.ts';

export class CameraFeed extends Emitter<{ change: CameraFeed }> {
  readonly cameraId: string;
  #consumer: LiveConsumer | null = null;
  #pictures: LiveSource | null = null;
  #denied = false;
  #watchingWhenFull: number | null = null;

  constructor(cameraId: string) {
    super();
    this.cameraId = cameraId;
  }

  /** The source to show; null before the first one and after the right to the camera has ended. */
  get source(): LiveSource | null {
    return this.#pictures ?? this.#consumer;
  }

  /** The WebRTC source, whether it delivers frames or not. */
  get consumer(): LiveConsumer | null {
    return this.#consumer;
  }

  /** The camera was removed or the right to see it revoked: the last picture must not be shown any longer either. */
  get denied(): boolean {
    return this.#denied;
  }

  /** The server is full: number of viewers. The request is repeated; null while there is room, or no request. */
  get watchingWhenFull(): number | null {
    return this.#watchingWhenFull;
  }

  /** For the receiver. @param watching null: there is room */
  setFull(watching: number | null): void {
    if (this.#watchingWhenFull === watching) return;
    this.#watchingWhenFull = watching;
    this.emit('change', this);
  }

  /** For the receiver: the next consumer has arrived, or the last one has ended. */
  set(consumer: LiveConsumer | null, denied = false): void {
    if (this.#consumer === consumer && this.#denied === denied) return;
    this.#consumer = consumer;
    this.#denied = denied;
    this.emit('change', this);
  }

  /** For the receiver: the fallback, while it is needed. */
  setPictures(pictures: LiveSource | null): void {
    if (this.#pictures === pictures) return;
    this.#pictures = pictures;
    this.emit('change', this);
  }
}
