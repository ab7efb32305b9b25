/** The reason why a signaling request failed. */

export class SignalingError extends Error {
  override readonly name = 'SignalingError';
  /** One of the codes of server/errors.ts, or `disconnected` or `timeout` when no answer came. */
  readonly code: string;
  /** With `full`: number of viewers. */
  readonly watching: number | undefined;

  constructor(code: string, detail: string, watching?: number) {
    super(detail);
    this.code = code;
    this.watching = watching;
  }

  /** Number of viewers of a full server; undefined for any other error. */
  static watchingWhenFull(error: unknown): number | undefined {
    return error instanceof SignalingError && error.code === 'full' ? (error.watching ?? 0) : undefined;
  }
}
