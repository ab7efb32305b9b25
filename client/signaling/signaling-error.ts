/** Why a signaling request was not answered with what it asked for. */

export class SignalingError extends Error {
  override readonly name = 'SignalingError';
  /** One of the codes of server/errors.ts, or `disconnected` or `timeout` when no answer came. */
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}
