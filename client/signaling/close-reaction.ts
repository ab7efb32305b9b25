/** A viewer's reaction to a close of its signaling socket by the server, by close code. */

import { SIGNALING_CLOSE } from '../../server/wire/signaling.ts';

export interface CloseReaction {
  /** The token was refused: the session must get another before the next try, or learn that it has ended. */
  renewToken: boolean;
  /** Wait at least this long, in ms, whatever the backoff says. */
  minDelayMs: number;
}

const SLOW_MS = 10_000;

/** @param code RFC 6455 section 7.4; 1006 when the connection just broke */
export function closeReaction(code: number): CloseReaction {
  switch (code) {
    case SIGNALING_CLOSE.unauthorized:
    case SIGNALING_CLOSE.tokenExpired:
    case SIGNALING_CLOSE.signedOut:
      return { renewToken: true, minDelayMs: 0 };
    // This page sends messages that the server does not understand, or too many: an immediate retry would only repeat that.
    case SIGNALING_CLOSE.badMessage:
    case SIGNALING_CLOSE.tooManyMessages:
    // Reconnecting at once would displace another page of the same user, which would reconnect at once.
    case SIGNALING_CLOSE.tooManySessions:
      return { renewToken: false, minDelayMs: SLOW_MS };
    default:
      return { renewToken: false, minDelayMs: 0 };
  }
}
