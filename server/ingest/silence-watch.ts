/**
 * Detects that nothing arrives on a socket any more: a camera that loses power closes no connection. Any byte is a sign of
 * life, also within a frame that takes long on a slow link.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface SilenceWatchOptions {
  socket: Socket;
  clock: Clock;
  silenceTimeoutMs: number;
  /** Called once, when nothing has arrived for that long; the watch is closed then. */
  onSilent: () => void;
  /** Called every second until then. */
  onTick?: () => void;
}

const INTERVAL_MS = 1_000;

export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #bytesRead: number;
  #heardAtUs: number;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#bytesRead = options.socket.bytesRead;
    this.#heardAtUs = options.clock();
    this.#timer = setInterval(() => this.#check(), Math.min(INTERVAL_MS, options.silenceTimeoutMs));
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const { socket, clock, silenceTimeoutMs, onSilent, onTick } = this.#options;
    const nowUs = clock();
    if (socket.bytesRead !== this.#bytesRead) {
      this.#bytesRead = socket.bytesRead;
      this.#heardAtUs = nowUs;
    }
    if (nowUs - this.#heardAtUs <= silenceTimeoutMs * 1000) return onTick?.();
    this.close();
    onSilent();
  }
}
