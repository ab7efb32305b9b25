/**
 * The number of new entries that one user, or all clients without a sign-in together, may cause in an hour, so that nobody can
 * flood the audit log.
 *
 * Invariant: the table is bounded; above `MAX_NAMES` the name that was used longest ago begins a new hour.
 */

const HOUR_US = 3_600_000_000;
const MAX_NAMES = 2000;

interface Hour {
  beganUs: number;
  used: number;
}

export class HourlyBudget {
  readonly #hours = new Map<string, Hour>();

  /** @returns false when it is used up */
  take(name: string, limit: number, nowUs: number): boolean {
    const known = this.#hours.get(name);
    const hour = known && nowUs - known.beganUs < HOUR_US ? known : { beganUs: nowUs, used: 0 };
    this.#hours.delete(name);
    this.#hours.set(name, hour);
    for (const oldest of this.#hours.keys()) {
      if (this.#hours.size <= MAX_NAMES) break;
      this.#hours.delete(oldest);
    }
    if (hour.used >= limit) return false;
    hour.used++;
    return true;
  }
}
