/**
 * Asks STUN servers from the media socket how the NAT in front shows it, and thereby keeps the mapping in the NAT alive.
 *
 * Invariants: only an answer from the server asked, with the id of the request, is believed; nothing is asked while no
 * viewer is there, except once at the start: then the first viewer need not wait for an answer.
 */

import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { EventEmitter } from 'node:events';
import { isIPv4 } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { canonicalIp } from '../core/address/ip-address.ts';
import { isSame, NatMapping } from '../core/reach/nat-mapping.ts';
import { parseIceServerUrl } from '../core/stun-turn/ice-server-url.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import { readStunBindingResponse, stunBindingRequest } from '../core/stun-turn/stun-binding.ts';
import { TRANSACTION_ID_BYTES } from '../core/stun-turn/stun-message.ts';
import type { Log } from '../log.ts';
import type { MappingState } from '../wire/reach.ts';
import type { RtcSocket } from './rtc-socket.ts';

export interface MappedAddressOptions {
  /** STUN and TURN servers that answer over UDP. */
  urls: readonly string[];
  socket: Pick<RtcSocket, 'sendTo' | 'onBindingResponse'>;
  /** Whether a viewer is there. */
  isAttended: () => boolean;
  clock: Clock;
  log: Log;
}

const TICK_MS = 1_000;
const ROUND_INTERVAL_US = 15_000_000;
/** Rounds go on for this long after the last viewer, who may come back. */
const LINGER_US = 300_000_000;
/** A request is repeated until it is answered or the round ends (RFC 8489 section 6.2.1). */
const REPEAT_MS = 500;
const ROUND_MS = 2_500;
/** Two tell the kinds of NAT apart; the third is for one that is down. */
const MAX_SERVERS = 3;

interface Asked extends TransportAddress {
  transactionId: Buffer;
  request: Buffer;
}

export class MappedAddress extends EventEmitter<{ change: [] }> {
  readonly counters = { asked: 0, answered: 0 };
  readonly #options: MappedAddressOptions;
  readonly #mapping = new NatMapping();
  readonly #tick: NodeJS.Timeout;
  /** The requests of the round under way, by their ids in hex. */
  readonly #asked = new Map<string, Asked>();
  #repeat: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #roundUs = -Infinity;
  #attendedUs = -Infinity;
  #closed = false;
  /** The last one that was not undefined. */
  #announced: TransportAddress | undefined;

  constructor(options: MappedAddressOptions) {
    super();
    this.#options = options;
    options.socket.onBindingResponse = (datagram, from) => this.#onResponse(datagram, from);
    this.#tick = setInterval(() => this.#onTick(), TICK_MS);
    void this.#ask();
  }

  get state(): MappingState {
    return this.#mapping.state;
  }

  get address(): TransportAddress | undefined {
    return this.#mapping.address;
  }

  /** See NatMapping. */
  viewerTried(viewerAddress: string, cameThrough: boolean): void {
    this.#watchChange(() => this.#mapping.viewerTried(viewerAddress, cameThrough));
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#tick);
    this.#stopRound();
    this.#options.socket.onBindingResponse = () => {};
    this.removeAllListeners();
  }

  #onTick(): void {
    const nowUs = this.#options.clock();
    if (this.#options.isAttended()) this.#attendedUs = nowUs;
    if (nowUs - this.#attendedUs > LINGER_US || nowUs - this.#roundUs < ROUND_INTERVAL_US) return;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#roundUs = this.#options.clock();
    const servers = await addressesOf(this.#options.urls);
    if (this.#closed) return;
    this.#stopRound();
    for (const server of servers) {
      const transactionId = randomBytes(TRANSACTION_ID_BYTES);
      const request = stunBindingRequest(transactionId);
      this.#asked.set(transactionId.toString('hex'), { ...server, transactionId, request });
    }
    this.#send();
    this.#repeat = setInterval(() => this.#send(), REPEAT_MS);
    this.#end = setTimeout(() => this.#endRound(), ROUND_MS);
  }

  #send(): void {
    for (const { request, address, port } of this.#asked.values()) {
      this.counters.asked++;
      this.#options.socket.sendTo(request, { address, port });
    }
  }

  #onResponse(datagram: Buffer, from: TransportAddress): void {
    const id = datagram.toString('hex', 8, 8 + TRANSACTION_ID_BYTES);
    const asked = this.#asked.get(id);
    if (!asked || !isSame(asked, from)) return;
    const seen = readStunBindingResponse(datagram, asked.transactionId);
    if (!seen) return;
    this.#asked.delete(id);
    this.counters.answered++;
    this.#mapping.answered(asked.address, seen);
    if (this.#asked.size === 0) this.#endRound();
  }

  #endRound(): void {
    this.#stopRound();
    this.#watchChange(() => this.#mapping.endRound());
  }

  #stopRound(): void {
    clearInterval(this.#repeat);
    clearTimeout(this.#end);
    this.#asked.clear();
  }

  #watchChange(act: () => void): void {
    const before = this.#mapping.address;
    const stateBefore = this.state;
    act();
    if (this.state !== stateBefore || !isSame(before, this.address))
      this.#options.log.info({ state: this.state, ...this.address }, 'mapped address changed');
    // Open pages are not to make a new transport for an address that others have failed on.
    const isTriedAgain = stateBefore === 'withdrawn' && this.state === 'unverified';
    const isNew = !isSame(before, this.address) && !(isTriedAgain && isSame(this.#announced, this.address));
    this.#announced = this.address ?? this.#announced;
    if (isNew) this.emit('change');
  }
}

/** IPv4 only: behind IPv6 firewalls the machine's own address is the one that viewers see. */
async function addressesOf(urls: readonly string[]): Promise<TransportAddress[]> {
  const found = await Promise.all(
    urls.map(async (url) => {
      const server = parseIceServerUrl(url);
      if (server?.transport !== 'udp') return [];
      const { host, port } = server;
      const addresses = isIPv4(host)
        ? [host]
        : await lookup(host, { all: true, family: 4 }).then(
            (all) => all.map(({ address }) => address),
            () => [],
          );
      return addresses.map((address) => ({ address: canonicalIp(address) ?? address, port }));
    }),
  );
  // The first address of each URL, then the others: servers of different people are most likely apart.
  const ranked = found.flatMap((addresses) => addresses.map((server, rank) => ({ server, rank })));
  const ordered = ranked.toSorted((one, other) => one.rank - other.rank).map(({ server }) => server);
  const byAddress = new Map<string, TransportAddress>();
  for (const server of ordered) if (!byAddress.has(server.address)) byAddress.set(server.address, server);
  return [...byAddress.values()].slice(0, MAX_SERVERS);
}
