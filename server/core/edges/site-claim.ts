/**
 * Which of the processes that call themselves by one site's name speaks for it: the one that holds the name. A newcomer
 * asks first, and stands back when a holder answers. Time is an argument.
 *
 * Invariants: a newcomer holds the name only after ASK_US without an answer; where two hold it, since both began while
 * they could not hear each other, exactly one gives it up; a name whose holder falls silent is asked for again.
 */

/** Many round trips. */
export const ASK_US = 1_000_000;
/** How often a holder says so by itself. */
export const REPEAT_US = 5_000_000;
/** Two repetitions may be lost. */
export const LAPSE_US = 3 * REPEAT_US;

export type ClaimState = 'asking' | 'holding' | 'refused';

/** One process says this to the others of its name. */
export interface Claim {
  instance: string;
  holds: boolean;
}

export class SiteClaim {
  readonly #instance: string;
  readonly #say: (claim: Claim) => void;
  #state: ClaimState = 'asking';
  /** Since when there is somebody to ask: NATS is connected. */
  #askedUs: number | undefined;
  #saidUs = -Infinity;
  /** When a holder was heard last. */
  #heardUs = -Infinity;

  /** @param instance another one for each process */
  constructor(instance: string, say: (claim: Claim) => void) {
    this.#instance = instance;
    this.#say = say;
  }

  get state(): ClaimState {
    return this.#state;
  }

  connected(nowUs: number): void {
    this.#askedUs = nowUs;
    this.#tell(nowUs);
  }

  /** A holder goes on: nobody can have taken the name by a message to it. */
  disconnected(): void {
    this.#askedUs = undefined;
  }

  heard({ instance, holds }: Claim, nowUs: number): void {
    if (instance === this.#instance) return;
    const isStronger = instance < this.#instance;
    if (this.#state === 'holding') {
      if (holds && isStronger) this.#refuse(nowUs);
      else this.#tell(nowUs);
    } else if (holds) this.#refuse(nowUs);
    else if (this.#state === 'asking') {
      // Both began at the same time.
      if (isStronger) this.#refuse(nowUs);
      else this.#tell(nowUs);
    }
  }

  /** A few times a second. */
  tick(nowUs: number): void {
    if (this.#askedUs === undefined) return;
    if (this.#state === 'refused' && nowUs - this.#heardUs >= LAPSE_US) {
      this.#state = 'asking';
      this.connected(nowUs);
    }
    if (this.#state === 'asking' && nowUs - this.#askedUs >= ASK_US) {
      this.#state = 'holding';
      this.#tell(nowUs);
    }
    if (this.#state === 'holding' && nowUs - this.#saidUs >= REPEAT_US) this.#tell(nowUs);
  }

  #refuse(nowUs: number): void {
    this.#state = 'refused';
    this.#heardUs = nowUs;
  }

  #tell(nowUs: number): void {
    if (this.#state === 'refused') return;
    this.#saidUs = nowUs;
    this.#say({ instance: this.#instance, holds: this.#state === 'holding' });
  }
}
