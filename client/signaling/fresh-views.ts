/**
 * Views that are requested by HTTP and kept up to date by signaling, by key.
 *
 * Invariant: an answer never replaces a view that signaling brought after the request was sent, nor one of a later request.
 * The two arrive over different connections, so an answer that was computed first may arrive last.
 */

export class FreshViews<View> {
  readonly #views = new Map<string, View>();
  /** For each key, the number of requests sent when its view was updated or requested. */
  readonly #ages = new Map<string, number>();
  #requests = 0;

  get(key: string): View | undefined {
    return this.#views.get(key);
  }

  /** Stores a view from signaling. */
  update(key: string, view: View): void {
    this.#set(key, view, this.#requests);
  }

  /** Stores the response to a request. @throws the error of `request` */
  async load(request: () => Promise<Iterable<readonly [key: string, view: View]>>): Promise<void> {
    const age = this.#requests++;
    for (const [key, view] of await request()) {
      if ((this.#ages.get(key) ?? -1) <= age) this.#set(key, view, age);
    }
  }

  #set(key: string, view: View, age: number): void {
    this.#views.set(key, view);
    this.#ages.set(key, age);
  }
}
