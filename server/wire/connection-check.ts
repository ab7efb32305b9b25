/** /api/connection: what only the server can tell about the ways to it. Nothing in it is secret. */

/** GET /api/connection. */
export interface ConnectionFacts {
  /** The viewer's address as the server sees it, and whether it is of a private network: at home, then, most likely. */
  yourAddress: string;
  yourAddressIsPrivate: boolean;
  /** The page came by https, as far as the server or a proxy it trusts can tell. */
  https: boolean;
  /** For administrators only. */
  server?: ServerConnectionFacts;
}

export interface ServerConnectionFacts {
  /** TCP: pages, cameras, signaling. */
  httpPort: number;
  /** UDP: video. */
  rtcPort: number;
  /** As configured: addresses and names. */
  announced: string[];
  /** What viewers are told of them now. */
  announcedNow: string[];
  turn: TurnFacts[];
}

/** GET /api/connection/addresses, for administrators: what boards, sensors and programs are told to connect to. */
export interface ServerAddresses {
  /** Like `http://192.168.1.10:8080`, the likeliest first. Empty when the server listens to its own machine only. */
  origins: string[];
  /** The certificate of the server's own authority: its path for a program on the server's machine. Null: there is none. */
  authorityFile: string | null;
}

/** What `problem` says when the server answers, but cannot be believed. */
export const CERTIFICATE_PROBLEM = 'its certificate is not valid';

/** Whether the server itself reaches a STUN or TURN server it tells viewers of. */
export interface TurnFacts {
  url: string;
  reachable: boolean;
  /** Why not, in few words; null when it is. */
  problem: string | null;
  /** The server's own address as seen from there; null when it was not told. */
  seenAs: string | null;
  seenAsIsPrivate: boolean;
}
