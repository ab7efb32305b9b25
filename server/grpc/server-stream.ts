/**
 * One call with a streamed answer: its end, and one message in flight at a time, so that HTTP/2 flow control decides how fast
 * messages leave and no queue builds up.
 *
 * Invariants: it ends once, by the server or the client; `onEnd` listeners are called then, and `onClosed` listeners when all
 * memory of the call is freed, which is later for a client that does not read.
 */

import { status, type ServerDuplexStream, type ServerWritableStream, type StatusObject } from '@grpc/grpc-js';
import type { Log } from '../log.ts';
import type { FramedMessage } from './framed-message.ts';
import { statusOf } from './grpc-status.ts';

export type StreamCall<Message> =
  ServerWritableStream<unknown, Message> | ServerDuplexStream<unknown, Message>;

export class ServerStream<Message> {
  readonly #call: StreamCall<Message>;
  readonly #log: Log;
  readonly #ends: (() => void)[] = [];
  readonly #closes: (() => void)[] = [];
  #isEnded = false;
  #isClosed = false;
  #isSending = false;
  #onFree: () => void = () => undefined;

  constructor(call: StreamCall<Message>, log: Log) {
    this.#call = call;
    this.#log = log;
    // Cancelled, past its deadline, or completely sent.
    call.once('cancelled', () => {
      this.#end();
      if (this.#isClosed) return;
      this.#isClosed = true;
      for (const close of this.#closes) close();
    });
  }

  /** A message may be sent now. */
  get isFree(): boolean {
    return !this.#isEnded && !this.#isSending;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param onFree called each time that a message has left, while the call lasts */
  onFree(onFree: () => void): void {
    this.#onFree = onFree;
  }

  onEnd(end: () => void): void {
    if (this.#isEnded) end();
    else this.#ends.push(end);
  }

  onClosed(close: () => void): void {
    if (this.#isClosed) close();
    else this.#closes.push(close);
  }

  /** Only while `isFree`. */
  send(message: Message | FramedMessage): void {
    this.#isSending = true;
    this.#call.write(message as Message, () => {
      this.#isSending = false;
      if (!this.#isEnded) this.#onFree();
    });
  }

  /** @param error a VigieError; any other is a fault of the server */
  fail(error: unknown): void {
    this.finish(statusOf(error, this.#log));
  }

  /** Idempotent. The client is told once it has read what was sent before. */
  finish(end: Partial<StatusObject> = { code: status.OK }): void {
    if (this.#isEnded) return;
    this.#end();
    if (end.code === status.OK) this.#call.end();
    else this.#call.emit('error', end);
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const end of this.#ends) end();
  }
}
