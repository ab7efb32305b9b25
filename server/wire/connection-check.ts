/** What only the server can tell about the ways to it. Nothing in it is secret. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { timeMs } from './fields.ts';

const port = z.int().min(0).max(65_535);

/** Whether the server itself reaches a STUN or TURN server it tells viewers of. */
export const TURN_FACTS = z.strictObject({
  url: z.string(),
  reachable: z.boolean(),
  /** Why not, in few words, one of them CERTIFICATE_PROBLEM; null when it is. */
  problem: z.string().nullable(),
  /** The server's own address as seen from there; null when it was not told. */
  seenAs: z.string().nullable(),
  seenAsIsPrivate: z.boolean(),
});
export type TurnFacts = z.infer<typeof TURN_FACTS>;

export const SERVER_CONNECTION_FACTS = z.strictObject({
  /** TCP: pages, cameras, signaling. */
  httpPort: port,
  /** UDP: video. */
  rtcPort: port,
  /** As configured: addresses and names. */
  announced: z.array(z.string()),
  /** What viewers are told of them now. */
  announcedNow: z.array(z.string()),
  turn: z.array(TURN_FACTS),
});
export type ServerConnectionFacts = z.infer<typeof SERVER_CONNECTION_FACTS>;

export const CONNECTION_FACTS = z.strictObject({
  /** The viewer's address as the server sees it, and whether it is of a private network: at home, then, most likely. */
  yourAddress: z.string(),
  yourAddressIsPrivate: z.boolean(),
  /** The page came by https, as far as the server or a proxy it trusts can tell. */
  https: z.boolean(),
  /** For administrators only. */
  server: SERVER_CONNECTION_FACTS.exactOptional(),
});
export type ConnectionFacts = z.infer<typeof CONNECTION_FACTS>;

/** What boards, sensors and programs are told to connect to. */
export const SERVER_ADDRESSES = z.strictObject({
  /** Like `http://192.168.1.10:8080`, the likeliest first. Empty when the server listens to its own machine only. */
  origins: z.array(z.string()),
  /** The certificate of the server's own authority: its path for a program on the server's machine. Null: there is none. */
  authorityFile: z.string().nullable(),
});
export type ServerAddresses = z.infer<typeof SERVER_ADDRESSES>;

export const LOCAL_AUTHORITY_VIEW = z.strictObject({
  /** Null when the server's certificate comes from elsewhere, or there is none. */
  authority: z
    .strictObject({
      /** SHA-256 of the certificate, as phones and browsers show it: AB:CD:… */
      fingerprint: z.string(),
      validUntil: timeMs,
    })
    .nullable(),
});
export type LocalAuthorityView = z.infer<typeof LOCAL_AUTHORITY_VIEW>;
