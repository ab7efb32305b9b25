/**
 * Limits a connection before authentication: its duration, and the bytes on its socket, however they are fragmented.
 *
 * Invariant: `onExceeded` is called at most once, and never after `end`.
 */

import type { Socket } from 'node:net';
import { MAX_CONTROL_BYTES } from '../wire/camera-protocol.ts';

export interface HandshakeLimitOptions {
  socket: Socket;
  timeoutMs: number;
  onExceeded: (reason: 'handshakeTimeout' | 'tooLarge', detail: string) => void;
}

/** Room for a hello, however it is fragmented, and a few pings. */
const MAX_HANDSHAKE_BYTES = 2 * MAX_CONTROL_BYTES;

export class HandshakeLimit {
  readonly #options: HandshakeLimitOptions;
  readonly #deadline: NodeJS.Timeout;
  #bytes = 0;

  constructor(options: HandshakeLimitOptions) {
    this.#options = options;
    const { socket, timeoutMs } = options;
    this.#deadline = setTimeout(
      () => this.#exceed('handshakeTimeout', `no hello within ${timeoutMs} ms`),
      timeoutMs,
    );
    socket.on('data', this.#count);
  }

  /** The camera is authenticated, or gone. Idempotent. */
  end(): void {
    clearTimeout(this.#deadline);
    this.#options.socket.off('data', this.#count);
  }

  readonly #count = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_HANDSHAKE_BYTES) this.#exceed('tooLarge', 'too much before the handshake');
  };

  #exceed(reason: 'handshakeTimeout' | 'tooLarge', detail: string): void {
    this.end();
    this.#options.onExceeded(reason, detail);
  }
}
