/**
 * Every error Vigie answers with: one class, one table. Programs match on the code; the detail is a sentence for people
 * that says what is wrong and what to do.
 */

/** code → HTTP status and title (RFC 9457). The same codes answer signaling requests. */
const ERRORS = {
  badRequest: [400, 'The request is not understood'],
  unauthorized: [401, 'Sign in first'],
  wrongCredentials: [401, 'Wrong user name or password'],
  forbidden: [403, 'Not allowed'],
  notFound: [404, 'Not found'],
  methodNotAllowed: [405, 'No such method here'],
  notAcceptable: [406, 'Not in a form that the client takes'],
  tooSlow: [408, 'The request arrived too slowly'],
  conflict: [409, 'In conflict with the current state'],
  preconditionFailed: [412, 'The precondition does not hold'],
  tooLarge: [413, 'Too large'],
  unsupportedMediaType: [415, 'The body is of another type'],
  rangeNotSatisfiable: [416, 'The range is not within the file'],
  unprocessable: [422, 'The values cannot be taken'],
  upgradeRequired: [426, 'A WebSocket belongs here'],
  preconditionRequired: [428, 'A precondition is needed'],
  tooManyRequests: [429, 'Too many requests'],
  internal: [500, 'Something went wrong in the server'],
  cameraOffline: [503, 'The camera is offline'],
  cameraOff: [503, 'The camera is switched off'],
  cameraRejected: [502, 'The camera refused'],
  unavailable: [503, 'Not available now'],
  full: [503, 'The server is full'],
  /** The start must stop: shown as one line, exit code 1. */
  configuration: [500, 'The configuration is not usable'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ErrorCode = keyof typeof ERRORS;

export interface VigieErrorOptions extends ErrorOptions {
  /** Set when trying again may help. */
  retryAfterSeconds?: number;
  /** With `full`: number of viewers. */
  watching?: number;
}

export class VigieError extends Error {
  override readonly name = 'VigieError';
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly watching: number | undefined;

  constructor(code: ErrorCode, detail: string, options?: VigieErrorOptions) {
    super(detail, options);
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
    this.watching = options?.watching;
  }

  get status(): number {
    return ERRORS[this.code][0];
  }

  get title(): string {
    return ERRORS[this.code][1];
  }
}
