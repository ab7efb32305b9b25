/**
 * The mapped address of the media socket: what the NAT in front of the server makes of its address, compared between
 * the STUN servers that see it (RFC 4787 section 4.1, RFC 5780 section 4.3).
 *
 * Invariants: a mapping counts as verified only after two servers with different addresses saw the same one in one
 * round: two ports of one server make address-dependent mapping look endpoint-independent. Answers of different rounds
 * are never compared, so a new address of the line is no symmetric NAT. An address that is not public is no mapping:
 * that server is inside the same network, or there is another NAT in front.
 */

import { kindOf } from '../address/special-addresses.ts';
import { parseIp } from '../address/ip-address.ts';
import { networkOf } from '../address/network.ts';
import type { MappingState } from '../../wire/reach.ts';
import type { TransportAddress } from '../stun-turn/stun-address.ts';

/** Viewers of this many networks that did not get through, and none that did, withdraw an unverified address. */
const MAX_FAILED_NETWORKS = 3;
/** About an hour: those viewers may have had NATs of their own, or have made it up. */
const WITHDRAWN_ROUNDS = 240;
/** A single lost round says nothing about the mapping. */
const MAX_SILENT_ROUNDS = 4;

export class NatMapping {
  #state: MappingState = 'unknown';
  #address: TransportAddress | undefined;
  /** By the address of the server: what it saw in this round. */
  readonly #seen = new Map<string, TransportAddress>();
  readonly #failedNetworks = new Set<string>();
  #withdrawnRounds = 0;
  #silentRounds = 0;

  get state(): MappingState {
    return this.#state;
  }

  /** To be announced; undefined unless it is verified or unverified. */
  get address(): TransportAddress | undefined {
    return this.#state === 'verified' || this.#state === 'unverified' ? this.#address : undefined;
  }

  /** @param server IP address, in canonical form */
  answered(server: string, seen: TransportAddress): void {
    const ip = parseIp(seen.address);
    if (ip && kindOf(ip) === 'public') this.#seen.set(server, seen);
  }

  /** Ends a round of requests; the next answers belong to the next one. */
  endRound(): void {
    const [first, ...others] = this.#seen.values();
    this.#seen.clear();
    if (!first) {
      if (++this.#silentRounds >= MAX_SILENT_ROUNDS) this.#set('unknown', undefined);
      return;
    }
    this.#silentRounds = 0;
    if (others.some((other) => !isSame(other, first))) this.#set('symmetric', first);
    else if (others.length > 0) this.#set('verified', first);
    else this.#onlyOne(first);
  }

  /**
   * A viewer who was to come directly to the mapped address did, or did not within the time.
   *
   * @param viewerAddress one viewer may try often: its network counts once
   */
  viewerTried(viewerAddress: string, cameThrough: boolean): void {
    if (cameThrough) return this.#failedNetworks.clear();
    if (this.#state !== 'unverified') return;
    this.#failedNetworks.add(networkOf(viewerAddress, 48));
    if (this.#failedNetworks.size >= MAX_FAILED_NETWORKS) this.#state = 'withdrawn';
  }

  /** The answer of one server cannot tell the kinds of NAT apart, so it changes nothing that two have told. */
  #onlyOne(seen: TransportAddress): void {
    const known = this.#address;
    const isKnown = this.#state === 'symmetric' ? known?.address === seen.address : isSame(known, seen);
    const isTriedAgain = this.#state === 'withdrawn' && ++this.#withdrawnRounds >= WITHDRAWN_ROUNDS;
    if (!isKnown || isTriedAgain || this.#state === 'unknown') this.#set('unverified', seen);
  }

  #set(state: MappingState, address: TransportAddress | undefined): void {
    if (state !== this.#state || !isSame(address, this.#address)) this.#failedNetworks.clear();
    this.#withdrawnRounds = 0;
    this.#state = state;
    this.#address = address;
  }
}

export function isSame(one: TransportAddress | undefined, other: TransportAddress | undefined): boolean {
  return one?.address === other?.address && one?.port === other?.port;
}
