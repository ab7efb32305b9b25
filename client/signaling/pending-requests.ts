/** Requests that wait for their response. Each is settled exactly once: answered, timed out, or given up with its socket. */

import type { ResponseMessage } from '../../server/wire/signaling.ts';
import { SignalingError } from './signaling-error.ts';

interface Pending {
  resolve: (data: unknown) => void;
  reject: (error: SignalingError) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class PendingRequests {
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  /** @param method named in the message of a timeout */
  add(method: string, timeoutMs: number): { id: number; answer: Promise<unknown> } {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new SignalingError('timeout', `the server did not answer ${method} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  /** A response to a request that is no longer waiting is ignored. */
  settle(response: ResponseMessage): void {
    const pending = this.#pending.get(response.id);
    if (!pending) return;
    this.#pending.delete(response.id);
    clearTimeout(pending.timer);
    if (response.ok) pending.resolve(response.data);
    else {
      const { code, detail, watching } = response.error;
      pending.reject(new SignalingError(code, detail, watching));
    }
  }

  rejectAll(reason: string): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new SignalingError('disconnected', reason));
    }
    this.#pending.clear();
  }
}
