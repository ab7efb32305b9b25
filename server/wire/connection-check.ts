/** The server's part of the connection check. It contains no secrets. Times are ms since the Unix epoch. */

import { z } from 'zod';
import { timeMs } from './fields.ts';
import { MAPPING_STATE } from './reach.ts';
import { nodeName } from './site-edges.ts';

const port = z.int().min(0).max(65_535);

/** Whether the server itself reaches a STUN or TURN server that it gives to viewers. */
export const TURN_FACTS = z.strictObject({
  url: z.string(),
  reachable: z.boolean(),
  /** Why not, in a few words, for example CERTIFICATE_PROBLEM; null when it is reachable. */
  problem: z.string().nullable(),
  /** The server's own address as that server reports it; null when unknown. */
  seenAs: z.string().nullable(),
  seenAsIsPrivate: z.boolean(),
});
export type TurnFacts = z.infer<typeof TURN_FACTS>;

/** The server's UDP port as the NAT in front shows it. */
export const MAPPING_VIEW = z.strictObject({
  state: MAPPING_STATE,
  /** `address:port` as viewers are told it; null when they are told none. */
  address: z.string().nullable(),
});
export type MappingView = z.infer<typeof MAPPING_VIEW>;

export const SERVER_CONNECTION_FACTS = z.strictObject({
  /** TCP: pages, cameras, signaling. */
  httpPort: port,
  /** UDP: video. */
  rtcPort: port,
  /** As configured: addresses and names. */
  announced: z.array(z.string()),
  /** The addresses now announced to viewers. */
  announcedNow: z.array(z.string()),
  /** STUN servers too. */
  turn: z.array(TURN_FACTS),
  /** Null when the server does not find it out. */
  mapping: MAPPING_VIEW.nullable(),
});
export type ServerConnectionFacts = z.infer<typeof SERVER_CONNECTION_FACTS>;

export const CONNECTION_FACTS = z.strictObject({
  /**
   * The viewer's address as the server sees it, and whether it is in a private network, which most likely is the LAN.
   */
  yourAddress: z.string(),
  yourAddressIsPrivate: z.boolean(),
  /** The page was loaded by https, as far as the server or a trusted proxy can tell. */
  https: z.boolean(),
  /** The edge that the request came through; missing: it came to the site itself. */
  edge: nodeName.exactOptional(),
  /** For administrators only. */
  server: SERVER_CONNECTION_FACTS.exactOptional(),
});
export type ConnectionFacts = z.infer<typeof CONNECTION_FACTS>;

/** Addresses for boards, sensors and programs. */
export const SERVER_ADDRESSES = z.strictObject({
  /** Like `http://192.168.1.10:8080`, the likeliest first. Empty when the server listens on loopback only. */
  origins: z.array(z.string()),
  /** Path of the server's own authority's certificate, for a program on the server's machine; null without one. */
  authorityFile: z.string().nullable(),
});
export type ServerAddresses = z.infer<typeof SERVER_ADDRESSES>;

export const LOCAL_AUTHORITY_VIEW = z.strictObject({
  /** Null when the certificate is not issued by the server's own authority. */
  authority: z
    .strictObject({
      /** SHA-256 of the certificate, in the format of phones and browsers: AB:CD:… */
      fingerprint: z.string(),
      validUntilMs: timeMs,
    })
    .nullable(),
});
export type LocalAuthorityView = z.infer<typeof LOCAL_AUTHORITY_VIEW>;
