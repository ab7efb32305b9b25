/**
 * Keeps repeated log lines (a bad camera, failed attempts) from flooding the log: one per interval and subject, with
 * the count of suppressed lines. Bounded, because attackers can choose the subjects.
 */

const MAX_SUBJECTS = 1000;

interface Subject {
  passedAtUs: number;
  suppressed: number;
}

export class LogThrottle {
  readonly #intervalUs: number;
  readonly #subjects = new Map<string, Subject>();

  constructor(intervalUs: number) {
    this.#intervalUs = intervalUs;
  }

  /** @returns the number of suppressed lines since the last one; undefined: suppress this one too */
  pass(name: string, nowUs: number): number | undefined {
    const subject = this.#subjects.get(name);
    if (subject && nowUs - subject.passedAtUs < this.#intervalUs) {
      subject.suppressed++;
      return undefined;
    }
    // It becomes the newest entry; the first in the map is the oldest.
    this.#subjects.delete(name);
    this.#subjects.set(name, { passedAtUs: nowUs, suppressed: 0 });
    for (const oldest of this.#subjects.keys()) {
      if (this.#subjects.size <= MAX_SUBJECTS) break;
      this.#subjects.delete(oldest);
    }
    return subject?.suppressed ?? 0;
  }
}
