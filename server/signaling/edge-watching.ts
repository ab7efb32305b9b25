/**
 * An edge's side of views-elsewhere.ts: tells the site which cameras it sends to one viewer.
 *
 * Invariant: the answers to these requests do not reach the viewer.
 */

import type { WebSocket } from 'ws';
import type { ServerToViewer } from '../wire/signaling.ts';

/** Pages count from 1 on. */
const REQUEST_ID = 2 ** 52;

export class EdgeWatching {
  readonly #upstream: Pick<WebSocket, 'readyState' | 'OPEN' | 'send'>;
  /** How many streams of each camera there are. */
  readonly #cameras = new Map<string, number>();
  #isDue = false;

  constructor(upstream: Pick<WebSocket, 'readyState' | 'OPEN' | 'send'>) {
    this.#upstream = upstream;
  }

  /** @returns called when the stream ends */
  begin(cameraId: string): () => void {
    this.#count(cameraId, 1);
    return () => this.#count(cameraId, -1);
  }

  isAnswer(message: ServerToViewer): boolean {
    return message.type === 'response' && message.id === REQUEST_ID;
  }

  #count(cameraId: string, change: number): void {
    const count = (this.#cameras.get(cameraId) ?? 0) + change;
    if (count > 0) this.#cameras.set(cameraId, count);
    else this.#cameras.delete(cameraId);
    if (this.#isDue) return;
    this.#isDue = true;
    // Once for all changes of this turn of the event loop.
    queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    this.#isDue = false;
    const { readyState, OPEN } = this.#upstream;
    if (readyState !== OPEN) return;
    const data = { cameraIds: [...this.#cameras.keys()] };
    this.#upstream.send(JSON.stringify({ type: 'request', id: REQUEST_ID, method: 'setWatched', data }));
  }
}
