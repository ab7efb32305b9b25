/** Why a signaling request was not answered with what it asked for. */

export class SignalingError extends Error {
  override readonly name = 'SignalingError';
  /** One of the codes of server/errors.ts, or `disconnected` or `timeout` when no answer came. */
  readonly code: string;
  /** With `full`: how many watch. */
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
