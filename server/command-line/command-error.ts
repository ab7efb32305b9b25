/** The reason why a command failed, and the exit code that tells it to programs. */

/** Documented in docs/command-line.md; the meaning of a code never changes. */
export const EXIT_CODES = {
  /** The server refused, or something failed on the way. */
  failed: 1,
  /** The command line or the settings are wrong. */
  usage: 2,
  /** The server cannot be reached. */
  unreachable: 3,
  /** The key is wrong, or lacks the right. */
  notAllowed: 4,
  /** There is no such camera, key or recording. */
  notFound: 5,
  /** `doctor` has found a problem. */
  problemFound: 6,
} as const;

export type Failure = keyof typeof EXIT_CODES;

export class CommandError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }

  get exitCode(): number {
    return EXIT_CODES[this.failure];
  }
}
