/**
 * Detects that nothing arrives on a socket any more: a camera that loses power closes no connection. Any byte counts as activity,
 * also within a frame that takes long on a slow link.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface SilenceWatchOptions {
  socket: Socket;
  clock: Clock;
  silenceTimeoutMs: () => number;
  /** Called once, when nothing has arrived for that long; the watch is closed then. */
  onSilent: () => void;
  /** Called every second until then. @param quietMs how long nothing has arrived */
  onTick?: (quietMs: number) => void;
}

const INTERVAL_MS = 1_000;
/** Within the timeout, at least. */
const LOOKS = 4;

export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #bytesRead: number;
  #heardAtUs: number;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#bytesRead = options.socket.bytesRead;
    this.#heardAtUs = options.clock();
    this.#timer = setInterval(() => this.#check(), Math.min(INTERVAL_MS, options.silenceTimeoutMs() / LOOKS));
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
    const quietMs = (nowUs - this.#heardAtUs) / 1000;
    if (quietMs <= silenceTimeoutMs()) return onTick?.(quietMs);
    this.close();
    onSilent();
  }
}
