/**
 * A message encoded once for all its readers, with the head that gRPC puts before it: a picture to fifty clients is not
 * copied fifty times, which costs more in the collection of garbage than in the copying.
 *
 * Invariant: the bytes are written by nobody once they are made.
 */

import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

const HEAD_BYTES = 5;

export class FramedMessage {
  /** One byte: not compressed; four: the length; the message. */
  readonly bytes: Buffer;

  constructor(message: Uint8Array) {
    this.bytes = Buffer.allocUnsafeSlow(HEAD_BYTES + message.length);
    this.bytes.writeUInt8(0, 0);
    this.bytes.writeUInt32BE(message.length, 1);
    this.bytes.set(message, HEAD_BYTES);
  }

  get message(): Buffer {
    return this.bytes.subarray(HEAD_BYTES);
  }
}

/** As the library calls it, which puts a head before a copy of it. @param serialize messages that are not framed */
export function orFramed<T>(serialize: (message: T) => Buffer): (message: T | FramedMessage) => Buffer {
  return (message) => (message instanceof FramedMessage ? message.message : serialize(message));
}

/**
 * Has a call send framed messages as they are.
 *
 * Invariant: where the library's method has another name, they are copied as others are.
 */
export function sendFramed(call: ServerInterceptingCallInterface): void {
  const methods = call as { serializeMessage?: unknown };
  const serialize = methods.serializeMessage;
  if (typeof serialize !== 'function') return;
  methods.serializeMessage = (message: unknown): unknown =>
    message instanceof FramedMessage ? message.bytes : (serialize.call(call, message) as unknown);
}
