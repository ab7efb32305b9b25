/** The findings of a connection check, before they are put into words. */

import type { ConnectionFacts } from '../../server/wire/connection-check.ts';

/** One path video could take, tried on its own. */
export type PathKind =
  | 'directUdp'
  /** Direct, after the server has opened its NAT for this viewer. */
  | 'openedUdp'
  | 'directTcp'
  | 'serverRelay'
  | 'turnUdp'
  | 'turnTcp'
  | 'turnTls';

/**
 * - `connected`: ICE and DTLS are connected, so video would work
 * - `noRelay`: the relay did not give us an address: it does not answer, or refused us
 * - `noPath`: there were addresses, and no packet came back
 */
export type PathOutcome = 'connected' | 'noRelay' | 'noPath';

export interface PathResult {
  kind: PathKind;
  /** The STUN or TURN server; null for the direct paths. */
  url: string | null;
  outcome: PathOutcome;
  /** The server's end that answered, `address:port`; null without a connection. */
  address: string | null;
  roundTripMs: number | null;
  /** The relay's error as the browser reports it: a STUN error code (RFC 8656 section 18), 701: no answer. */
  errorCode: number | null;
}

export interface CheckFacts {
  administrator: boolean;
  /** Whether the browser has WebRTC. */
  webrtc: boolean;
  /** In the order they were tried; empty without WebRTC, and when the server is full. */
  paths: PathResult[];
  /** The server refused the test because it is full: number of viewers; null: it did not. */
  watchingWhenFull: number | null;
  /** Round trip of the signaling WebSocket, ms; null: it is not connected. */
  webSocketRoundTripMs: number | null;
  /** The page came over `https:` or from localhost. */
  secureContext: boolean;
  /** Null: the server did not answer. */
  facts: ConnectionFacts | null;
}
