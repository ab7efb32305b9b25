/**
 * The bounds of every call: the size and number of messages, and the duration.
 *
 * Invariants: no message of a call is read before `enter` has admitted it; the function that `enter` returned is called once,
 * when the call ends.
 */

import {
  ServerInterceptingCall,
  ServerListenerBuilder,
  type Metadata,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { statusOf } from './grpc-status.ts';

export interface CallRules {
  /** @returns called when the call ends @throws VigieError, which ends the call */
  enter: (metadata: Metadata) => () => void;
  /** @throws VigieError, which ends the call */
  accept?: (message: unknown) => void;
  maxMessages?: number;
  /** Ends a call that has not got this far in time. */
  deadline: { until: 'firstMessage' | 'wholeRequest' | 'end'; afterMs: number };
  log: Log;
}

export function guardCall(call: ServerInterceptingCallInterface, rules: CallRules): ServerInterceptingCall {
  const { enter, accept, maxMessages = Infinity, deadline, log } = rules;
  let received = 0;
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const fail = (error: unknown): void => call.sendStatus(statusOf(error, log));
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      try {
        leave = enter(metadata);
      } catch (error) {
        fail(error);
        return;
      }
      const late = `the call did not reach its ${WORDS[deadline.until]} within ${deadline.afterMs / 1000} s`;
      timer = setTimeout(() => fail(new VigieError('tooSlow', late)), deadline.afterMs);
      next(metadata);
    })
    .withOnReceiveMessage((message, next) => {
      if (deadline.until === 'firstMessage') clearTimeout(timer);
      received++;
      try {
        if (received > maxMessages) throw new VigieError('tooManyRequests', 'use another call');
        accept?.(message);
      } catch (error) {
        fail(error);
        return;
      }
      next(message);
    })
    .withOnReceiveHalfClose((next) => {
      if (deadline.until === 'wholeRequest') clearTimeout(timer);
      next();
    })
    .withOnCancel(() => {
      clearTimeout(timer);
      leave?.();
    })
    .build();
  return new ServerInterceptingCall(call, { start: (next) => next(listener) });
}

const WORDS = { firstMessage: 'first message', wholeRequest: "request's end", end: 'end' };

/**
 * Lets one call have larger messages than the server's others: the library has one limit for all methods, which is small, so
 * that a call that needs no large message cannot make the server hold one.
 *
 * Invariant: if the library's fields have other names, the small limit stays.
 */
export function allowMessages(call: ServerInterceptingCallInterface, maxBytes: number): void {
  const fields = call as { maxReceiveMessageSize?: unknown; decoder?: { maxReadMessageLength?: unknown } };
  if (typeof fields.maxReceiveMessageSize !== 'number') return;
  if (typeof fields.decoder?.maxReadMessageLength !== 'number') return;
  fields.maxReceiveMessageSize = maxBytes;
  fields.decoder.maxReadMessageLength = maxBytes;
}
