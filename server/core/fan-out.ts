/**
 * Calls all listeners, one after the other.
 *
 * Invariant: a listener that throws is reported and does not affect the others.
 */

import { EventEmitter } from 'node:events';

export interface Subscription {
  /** Idempotent. */
  close(): void;
}

export class FanOut<Args extends unknown[]> {
  readonly #listeners = new Set<{ tell: (...args: Args) => void }>();
  readonly #onFailure: (error: unknown, ...args: Args) => void;

  /** @param onFailure called with a listener's error and the arguments */
  constructor(onFailure: (error: unknown, ...args: Args) => void) {
    this.#onFailure = onFailure;
  }

  get size(): number {
    return this.#listeners.size;
  }

  subscribe(tell: (...args: Args) => void): Subscription {
    const listener = { tell };
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  tell(...args: Args): void {
    for (const { tell } of this.#listeners) {
      try {
        tell(...args);
      } catch (error) {
        this.#onFailure(error, ...args);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** The same for several kinds of events, by name. */
export class IsolatingEmitter<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events> {
  /** @param onFailure called with a listener's error and the event */
  constructor(onFailure: (error: unknown, event: string) => void) {
    super();
    const emit = (event: string | symbol, ...args: unknown[]): boolean => {
      // Raw, so that one-time listeners are removed when they are called.
      const listeners = this.rawListeners(event as never);
      for (const listener of listeners) {
        try {
          Reflect.apply(listener, this, args);
        } catch (error) {
          onFailure(error, String(event));
        }
      }
      return listeners.length > 0;
    };
    // The generic signature cannot be overridden as a method.
    this.emit = emit as EventEmitter<Events>['emit'];
  }
}
