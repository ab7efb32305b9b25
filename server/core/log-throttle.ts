/**
 * Keeps something that repeats itself (a bad camera, a stranger at the door) from flooding the log: once per interval
 * and subject, with the count of what was not said. Bounded, since strangers choose the subjects.
 */

const MAX_SUBJECTS = 1000;

interface Subject {
  saidAtUs: number;
  unsaid: number;
}

export class LogThrottle {
  readonly #intervalUs: number;
  readonly #subjects = new Map<string, Subject>();

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  /** @returns how often it happened unsaid since the last time it was said, or undefined when not to say it now */
  pass(name: string, nowUs: number): number | undefined {
    const subject = this.#subjects.get(name);
    if (subject && nowUs - subject.saidAtUs < this.#intervalUs) {
      subject.unsaid++;
      return undefined;
    }
    // Said again, it becomes the youngest entry; the first in the map is the one said longest ago.
    this.#subjects.delete(name);
    this.#subjects.set(name, { saidAtUs: nowUs, unsaid: 0 });
    for (const oldest of this.#subjects.keys()) {
      if (this.#subjects.size <= MAX_SUBJECTS) break;
      this.#subjects.delete(oldest);
    }
    return subject?.unsaid ?? 0;
  }
}
