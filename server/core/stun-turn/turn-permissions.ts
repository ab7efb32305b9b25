/**
 * The peers permitted by an allocation: the TURN server drops data from any other address (RFC 8656 section 9). A
 * permission lives five minutes, and is renewed in time as long as it is needed.
 */

interface Wanted {
  /** Number of viewers at this address. */
  users: number;
  dueUs: number;
}

const REFRESH_US = 240_000_000;
/** After a request without an answer. */
const RETRY_US = 10_000_000;

export class TurnPermissions {
  readonly #wanted = new Map<string, Wanted>();

  /** @param address each call is undone by one `drop` */
  want(address: string, nowUs: number): void {
    const wanted = this.#wanted.get(address);
    if (wanted) wanted.users++;
    else this.#wanted.set(address, { users: 1, dueUs: nowUs });
  }

  /** The permission expires on the server. */
  drop(address: string): void {
    const wanted = this.#wanted.get(address);
    if (wanted && --wanted.users === 0) this.#wanted.delete(address);
  }

  /** @returns the addresses to request a permission for now; each is returned once until `answered` */
  due(nowUs: number): string[] {
    const due = [...this.#wanted].filter(([, { dueUs }]) => nowUs >= dueUs);
    for (const [, wanted] of due) wanted.dueUs = Infinity;
    return due.map(([address]) => address);
  }

  /** @param hasAnswer whether the server answered; after a refusal there is no new request for a while either */
  answered(address: string, hasAnswer: boolean, nowUs: number): void {
    const wanted = this.#wanted.get(address);
    if (wanted) wanted.dueUs = nowUs + (hasAnswer ? REFRESH_US : RETRY_US);
  }
}
