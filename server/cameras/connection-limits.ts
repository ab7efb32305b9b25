/** How many connections there may be at once, in all and per address. */

export interface ConnectionLimitOptions {
  total: number;
  perAddress: number;
}

export class ConnectionLimits {
  readonly #options: ConnectionLimitOptions;
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  /** @returns a function that gives the place back, idempotent, or undefined when there is no room */
  enter(address: string): (() => void) | undefined {
    const ofAddress = this.#perAddress.get(address) ?? 0;
    if (this.#total >= this.#options.total || ofAddress >= this.#options.perAddress) return undefined;
    this.#total++;
    this.#perAddress.set(address, ofAddress + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#total--;
      const remaining = (this.#perAddress.get(address) ?? 1) - 1;
      if (remaining > 0) this.#perAddress.set(address, remaining);
      else this.#perAddress.delete(address);
    };
  }
}
