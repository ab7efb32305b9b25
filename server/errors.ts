/**
 * Every error Vigie answers with: one class, one table. Programs match on the code; the detail is a sentence for people
 * that says what is wrong and what to do.
 */

/** code → HTTP status and title (RFC 9457). The same codes answer signaling requests. */
const ERRORS = {
  badRequest: [400, 'The request is malformed'],
  unauthorized: [401, 'Sign in first'],
  wrongCredentials: [401, 'Wrong user name or password'],
  forbidden: [403, 'Not allowed'],
  notFound: [404, 'Not found'],
  methodNotAllowed: [405, 'Method not allowed'],
  notAcceptable: [406, 'Not acceptable for the client'],
  tooSlow: [408, 'The request arrived too slowly'],
  conflict: [409, 'Conflict with the current state'],
  preconditionFailed: [412, 'The precondition failed'],
  tooLarge: [413, 'Too large'],
  unsupportedMediaType: [415, 'Unsupported content type'],
  rangeNotSatisfiable: [416, 'The range is outside the file'],
  unprocessable: [422, 'The values cannot be processed'],
  upgradeRequired: [426, 'An upgrade to WebSocket is required'],
  preconditionRequired: [428, 'A precondition is required'],
  tooManyRequests: [429, 'Too many requests'],
  internal: [500, 'Something went wrong in the server'],
  cameraOffline: [503, 'The camera is offline'],
  cameraOff: [503, 'The camera is switched off'],
  cameraRejected: [502, 'The camera refused'],
  unavailable: [503, 'Not available at the moment'],
  full: [503, 'The server is full'],
  /** The start must stop: shown as one line, exit code 1. */
  configuration: [500, 'The configuration is invalid'],
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
