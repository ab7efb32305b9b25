/**
 * A connection of the legacy firmware: user name and password as MD5 in the query, then one binary message per JPEG and
 * nothing else. It tests that cameras already flashed keep working.
 *
 * There are no acknowledgements, so the only sign of a full link is the socket's own buffer: while that holds a frame,
 * newer ones replace each other.
 */

import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import { LatestSlot } from '../core/latest-slot.ts';
import type { ConnectionEvents } from './v1-connection.ts';
import type { CapturedFrame } from './frame-ticker.ts';

export interface LegacyConnectionOptions {
  /** ws://host:port */
  url: string;
  username: string;
  password: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

export class LegacyConnection extends EventEmitter<ConnectionEvents> {
  readonly #socket: WebSocket;
  readonly #waiting = new LatestSlot<CapturedFrame>();
  #closed = false;
  #framesSent = 0;

  constructor({ url, username, password }: LegacyConnectionOptions) {
    super();
    const target = new URL(url);
    target.search = `?password=${md5(password)}&username=${md5(username)}`;
    this.#socket = new WebSocket(target, { perMessageDeflate: false, handshakeTimeout: CONNECT_TIMEOUT_MS });
    this.#socket.on('open', () => this.emit('online'));
    this.#socket.on('error', (error) => this.#end(error.message));
    this.#socket.on('close', (code, reason) => this.#end(reason.toString() || 'the connection ended', code));
  }

  get acknowledged(): boolean {
    return this.#framesSent > 0;
  }

  get framesSent(): number {
    return this.#framesSent;
  }

  get passedOver(): number {
    return this.#waiting.passedOver;
  }

  offer(frame: CapturedFrame): void {
    this.#waiting.offer(frame);
    this.#sendNext();
  }

  /** Idempotent. */
  close(): void {
    this.#end('closed by the camera', 1000);
  }

  #sendNext(): void {
    if (this.#socket.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > 0) return;
    const frame = this.#waiting.take();
    if (!frame) return;
    this.#framesSent++;
    this.#socket.send(frame.jpeg, { binary: true }, () => this.#sendNext());
  }

  #end(reason: string, code = 1006): void {
    if (this.#closed) return;
    this.#closed = true;
    if (code === 1000) this.#socket.close(code);
    else this.#socket.terminate();
    this.emit('closed', reason, code);
  }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
