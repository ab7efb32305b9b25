/**
 * All calls with streamed answers: bounded in total and per user, and ended when the server stops.
 *
 * Invariant: a call counts until all of its memory is freed.
 */

import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { ServerStream } from './server-stream.ts';

/** A program that analyses watches many cameras at once. */
export const GRPC_CALL_SHARES = { total: 256, perUser: 64 };
const RETRY_AFTER_SECONDS = 10;

export class OpenCalls {
  readonly #shares = new Shares(GRPC_CALL_SHARES);
  readonly #streams = new Set<ServerStream<never>>();

  get size(): number {
    return this.#streams.size;
  }

  /** Calls, until now. */
  get refused(): number {
    return this.#shares.refused;
  }

  /** @throws VigieError `tooManyRequests` */
  enter(userId: string, stream: ServerStream<never>): void {
    const leave = this.#shares.take(userId);
    if (!leave)
      throw new VigieError(
        'tooManyRequests',
        `one user has at most ${GRPC_CALL_SHARES.perUser} of these calls at once: end one first`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    this.#streams.add(stream);
    stream.onClosed(() => {
      this.#streams.delete(stream);
      leave();
    });
  }

  /** Idempotent. */
  close(): void {
    for (const stream of this.#streams) stream.fail(new VigieError('unavailable', 'the server is stopping'));
  }
}
