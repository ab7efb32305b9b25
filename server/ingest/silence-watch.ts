/**
 * Notices that nothing arrives on a socket any more: a camera without power says no goodbye. Any byte is a sign of life,
 * also one in the middle of a frame that takes long on a slow link.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface SilenceWatchOptions {
  socket: Socket;
  clock: Clock;
  silenceTimeoutMs: number;
  /** Once, when nothing came for that long; the watch has closed itself. */
  onSilent: () => void;
  /** Every second until then. */
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
