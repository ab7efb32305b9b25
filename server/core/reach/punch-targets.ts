/**
 * The addresses of one viewer towards which the server's NAT is to be opened (RFC 5128 section 3.3), and when a
 * datagram is due to each.
 *
 * Invariants, so that no viewer can turn the server against strangers: public unicast addresses only, or private ones in
 * the server's own networks; ports from 1024; MAX_TARGETS addresses; MAX_DATAGRAMS to each, and only one to an address
 * that is not confirmed. It is confirmed when the page signals from there, when an authentic connectivity check came
 * from there, or, where page and media use different families, when any check of the viewer was authentic.
 */

import { isIpv4, parseIp, formatIp } from '../address/ip-address.ts';
import { kindOf } from '../address/special-addresses.ts';
import type { TransportAddress } from '../stun-turn/stun-address.ts';

export const MAX_TARGETS = 4;
export const MAX_DATAGRAMS = 5;
export const MIN_PORT = 1024;
/** After the first datagram and each further one: five within 3 s. */
const PAUSES_US = [200_000, 400_000, 800_000, 1_600_000];
/** A browser gives a pair of candidates up after about this time without an answer. */
const USEFUL_US = 15_000_000;
/** A viewer that has not come through by now uses another path. */
const VERDICT_US = 10_000_000;

export type ClaimOutcome = 'accepted' | 'known' | 'foreign' | 'reservedPort' | 'tooMany';

/**
 * - `silent`: no address is known
 * - `waiting`: no check came directly yet
 * - `symmetric`: none came, and the viewer's NAT shows its address with different ports
 * - `open`: one came
 */
export type PunchState = 'silent' | 'waiting' | 'symmetric' | 'open';

/** `unclear`: it did not come directly to the mapped address, for which there may be other reasons. */
export type PunchVerdict = 'cameThrough' | 'failed' | 'unclear';

/** The source of an authentic check. */
export interface CheckSource extends TransportAddress {
  readonly kind: 'udp' | 'tcp' | 'relay';
}

export interface PunchTarget extends TransportAddress {
  readonly isConfirmed: boolean;
}

interface Target extends TransportAddress {
  isConfirmed: boolean;
  sent: number;
  dueUs: number;
  endUs: number;
}

export class PunchTargets {
  readonly #viewerAddress: string;
  readonly #isOwnNetwork: (address: string) => boolean;
  readonly #targets: Target[] = [];
  #firstSentUs: number | undefined;
  #isOpen = false;
  #hasChecked = false;
  #cameByUdp = false;

  /**
   * @param viewerAddress from which the page signals, in canonical form
   * @param isOwnNetwork whether an address is in one of the server's own networks
   */
  constructor(viewerAddress: string, isOwnNetwork: (address: string) => boolean) {
    this.#viewerAddress = viewerAddress;
    this.#isOwnNetwork = isOwnNetwork;
  }

  /** The viewer says that its media comes from there. */
  claim({ address: text, port }: TransportAddress, nowUs: number): ClaimOutcome {
    const ip = parseIp(text);
    if (!ip) return 'foreign';
    const address = formatIp(ip);
    if (this.#targets.some((known) => known.address === address && known.port === port)) return 'known';
    const kind = kindOf(ip);
    if (kind !== 'public' && !(kind === 'private' && this.#isOwnNetwork(address))) return 'foreign';
    if (port < MIN_PORT) return 'reservedPort';
    if (this.#targets.length >= MAX_TARGETS) return 'tooMany';
    const isConfirmed = address === this.#viewerAddress || (this.#hasChecked && this.#isOtherFamily(address));
    const dueAndEnd = { dueUs: nowUs, endUs: nowUs + USEFUL_US };
    this.#targets.push({ address, port, isConfirmed, sent: 0, ...dueAndEnd });
    return 'accepted';
  }

  /**
   * A check of this viewer was authentic. One that came by the server's relay shows from where direct ones would come,
   * unless it came from a relay of the viewer: these are many, and nothing opens them.
   */
  onCheck({ kind, address, port }: CheckSource, nowUs: number): void {
    if (kind === 'relay' && address === this.#viewerAddress) this.claim({ address, port }, nowUs);
    this.#hasChecked = true;
    this.#cameByUdp ||= kind === 'udp';
    // From another port of its address: the server's port is open, or the viewer's NAT is symmetric.
    this.#isOpen ||= kind === 'udp' && address === this.#viewerAddress;
    for (const target of this.#targets) {
      const isThere = target.address === address;
      target.isConfirmed ||= isThere || this.#isOtherFamily(target.address);
      // It came directly: the NATs are open.
      if (kind === 'udp' && isThere && target.port === port) {
        this.#isOpen = true;
        target.sent = MAX_DATAGRAMS;
      }
    }
  }

  /** When `due` has something, if nothing else happens; undefined: never. */
  get nextUs(): number | undefined {
    const waiting = this.#targets.filter(isWaiting).map(({ dueUs }) => dueUs);
    return waiting.length === 0 ? undefined : Math.min(...waiting);
  }

  /** @returns the addresses to which a datagram is due; each stays due until `sent` or `deferred` */
  due(nowUs: number): PunchTarget[] {
    for (const target of this.#targets) if (nowUs > target.endUs) target.sent = MAX_DATAGRAMS;
    return this.#targets.filter((target) => isWaiting(target) && target.dueUs <= nowUs);
  }

  sent(target: PunchTarget, nowUs: number): void {
    const known = this.#find(target);
    if (!known) return;
    this.#firstSentUs ??= nowUs;
    known.dueUs = nowUs + (PAUSES_US[known.sent++] ?? 0);
  }

  /** There is no room for it now. */
  deferred(target: PunchTarget, untilUs: number): void {
    const known = this.#find(target);
    if (known) known.dueUs = untilUs;
  }

  /** Whether the viewer came directly from one of these addresses; undefined while that is open, or nothing was sent. */
  verdict(nowUs: number): PunchVerdict | undefined {
    if (this.#firstSentUs === undefined) return undefined;
    if (this.#isOpen) return 'cameThrough';
    if (nowUs - this.#firstSentUs < VERDICT_US) return undefined;
    // By IPv6, say, it needs no mapped address, which is IPv4; with a symmetric NAT of its own it cannot use one.
    const couldTry = this.#targets.some(({ address, isConfirmed }) => isConfirmed && !address.includes(':'));
    return couldTry && !this.#cameByUdp && this.state !== 'symmetric' ? 'failed' : 'unclear';
  }

  get state(): PunchState {
    if (this.#isOpen) return 'open';
    if (this.#targets.length === 0) return 'silent';
    const addresses = new Set(this.#targets.map(({ address }) => address));
    return addresses.size < this.#targets.length ? 'symmetric' : 'waiting';
  }

  /** Whether a datagram was sent for this viewer. */
  get hasSent(): boolean {
    return this.#firstSentUs !== undefined;
  }

  #find({ address, port }: PunchTarget): Target | undefined {
    return this.#targets.find((each) => each.address === address && each.port === port);
  }

  #isOtherFamily(address: string): boolean {
    const [one, other] = [parseIp(address), parseIp(this.#viewerAddress)];
    return one !== undefined && other !== undefined && isIpv4(one) !== isIpv4(other);
  }
}

function isWaiting({ isConfirmed, sent }: Target): boolean {
  return sent < (isConfirmed ? MAX_DATAGRAMS : 1);
}
