/**
 * Whom an allocation lets through: the TURN server drops what comes from any other address (RFC 8656 section 9). A
 * permission lives five minutes, so it is asked for again in time as long as anyone needs it.
 */

interface Wanted {
  /** How many viewers come from there. */
  users: number;
  dueUs: number;
}

const REFRESH_US = 240_000_000;
/** After a request that got no answer. */
const RETRY_US = 10_000_000;

export class TurnPermissions {
  readonly #wanted = new Map<string, Wanted>();

  /** @param address to be given back with `drop`, once for each time */
  want(address: string, nowUs: number): void {
    const wanted = this.#wanted.get(address);
    if (wanted) wanted.users++;
    else this.#wanted.set(address, { users: 1, dueUs: nowUs });
  }

  /** It runs out by itself. */
  drop(address: string): void {
    const wanted = this.#wanted.get(address);
    if (wanted && --wanted.users === 0) this.#wanted.delete(address);
  }

  /** @returns the addresses to ask a permission for now; each is told once until `answered` */
  due(nowUs: number): string[] {
    const due = [...this.#wanted].filter(([, { dueUs }]) => nowUs >= dueUs);
    for (const [, wanted] of due) wanted.dueUs = Infinity;
    return due.map(([address]) => address);
  }

  /** @param heard whether the server said anything; a refusal stands for a while too */
  answered(address: string, heard: boolean, nowUs: number): void {
    const wanted = this.#wanted.get(address);
    if (wanted) wanted.dueUs = nowUs + (heard ? REFRESH_US : RETRY_US);
  }
}
