/**
 * A message encoded once for all its readers, with gRPC's header in front: a picture for fifty clients is not copied fifty times,
 * which would cost even more in garbage collection than in copying.
 *
 * Invariant: the bytes never change.
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

/** In the library's form, which puts a header before a copy. @param serialize messages that are not framed */
export function orFramed<T>(serialize: (message: T) => Buffer): (message: T | FramedMessage) => Buffer {
  return (message) => (message instanceof FramedMessage ? message.message : serialize(message));
}

/**
 * Makes a call send framed messages as they are.
 *
 * Invariant: if the library's method has another name, they are copied like others.
 */
export function sendFramed(call: ServerInterceptingCallInterface): void {
  const methods = call as { serializeMessage?: unknown };
  const serialize = methods.serializeMessage;
  if (typeof serialize !== 'function') return;
  methods.serializeMessage = (message: unknown): unknown =>
    message instanceof FramedMessage ? message.bytes : (serialize.call(call, message) as unknown);
}
