/**
 * One camera's picture as its elements see it, through all reconnections: they watch the feed, and the receiver gives it
 * one consumer after the other.
 */

import { Emitter } from '../emitter.ts';
import type { LiveConsumer } from './live-transport.ts';

export class CameraFeed extends Emitter<{ change: CameraFeed }> {
  readonly cameraId: string;
  #consumer: LiveConsumer | null = null;
  #denied = false;

  constructor(cameraId: string) {
    super();
    this.cameraId = cameraId;
  }

  /** Whose track carries the picture now; null before the first and after the right to it has gone. */
  get consumer(): LiveConsumer | null {
    return this.#consumer;
  }

  /** The camera was removed or the right to see it revoked: also the last picture must not be shown any longer. */
  get denied(): boolean {
    return this.#denied;
  }

  /** For the receiver: the next consumer has come, or the last one has gone. */
  set(consumer: LiveConsumer | null, denied = false): void {
    if (this.#consumer === consumer && this.#denied === denied) return;
    this.#consumer = consumer;
    this.#denied = denied;
    this.emit('change', this);
  }
}
