/**
 * A bounded resource that several users hold: at most `total` of it in all, and at most `perUser` by any one of them. A part is
 * taken when a user begins to hold it, and given back when the user no longer holds it, not when the work on it is done.
 *
 * Invariants: the last quarter is only for users who hold nothing, so that a few users, each within the limit for one,
 * cannot take all of it; what was taken is given back once.
 *
 * Resources that users wait for rather than hold are shared by turns: fair-queue.ts.
 */

export interface SharesLimits {
  total: number;
  perUser: number;
}

const KEPT_FOR_NEWCOMERS = 1 / 4;

export class Shares {
  readonly #limits: () => SharesLimits;
  readonly #held = new Map<string, number>();
  #taken = 0;
  #refused = 0;

  /** @param limits a function when they change; they count when something is taken */
  constructor(limits: SharesLimits | (() => SharesLimits)) {
    this.#limits = typeof limits === 'function' ? limits : () => limits;
  }

  get taken(): number {
    return this.#taken;
  }

  get refused(): number {
    return this.#refused;
  }

  heldBy(userId: string): number {
    return this.#held.get(userId) ?? 0;
  }

  /** How much this user could take now. */
  roomFor(userId: string): number {
    const { total, perUser } = this.#limits();
    const held = this.heldBy(userId);
    const limit = held > 0 ? total - Math.ceil(total * KEPT_FOR_NEWCOMERS) : total;
    return Math.max(0, Math.min(perUser - held, limit - this.#taken));
  }

  /** @returns gives it back, idempotent; undefined when this user cannot have as much */
  take(userId: string, amount = 1): (() => void) | undefined {
    if (amount > this.roomFor(userId)) {
      this.#refused++;
      return undefined;
    }
    this.#add(userId, amount);
    let isHeld = true;
    return () => {
      if (isHeld) this.#add(userId, -amount);
      isHeld = false;
    };
  }

  #add(userId: string, amount: number): void {
    this.#taken += amount;
    const held = this.heldBy(userId) + amount;
    if (held > 0) this.#held.set(userId, held);
    else this.#held.delete(userId);
  }
}
