/**
 * Typed events without the DOM, so that everything below the elements also runs under node:test.
 *
 * Invariant: a listener that throws harms neither the emitter nor the listeners after it.
 */

export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(data: never) => void>>();

  /** @returns the function that removes the listener; idempotent */
  on<Name extends keyof Events>(name: Name, listener: (data: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  protected emit<Name extends keyof Events>(name: Name, data: Events[Name]): void {
    const listeners = this.#listeners.get(name) as Set<(data: Events[Name]) => void> | undefined;
    if (!listeners) return;
    for (const listener of listeners) {
      try {
        listener(data);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
