/**
 * The server's own relay: an allocation on the TURN server, for a server that no port can be forwarded to. The viewers'
 * ICE agents use it like the UDP socket (rtc-socket.ts); the protocol is in core/stun-turn/turn-allocation.ts.
 *
 * Invariant: there is one allocation for all viewers or, after a loss, a scheduled attempt. A path belongs to the
 * allocation it came from, and carries nothing once that is lost.
 */

import { Backoff } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { parseIceServerUrl, type IceServerUrl } from '../core/stun-turn/ice-server-url.ts';
import { canonicalIp } from '../core/address/ip-address.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import { isStun } from '../core/stun-turn/stun-check.ts';
import { TurnAllocation } from '../core/stun-turn/turn-allocation.ts';
import type { RelayOptions, TurnCredentials } from '../core/stun-turn/turn-credentials.ts';
import type { Log } from '../log.ts';
import type { IceUsers } from './ice-users.ts';
import { KnownPaths } from './known-paths.ts';
import type { Path } from './path.ts';
import { openTurnConnection, type TurnConnection } from './turn-connection.ts';

const TICK_MS = 200;
/** UDP costs least, TLS passes most firewalls. */
const ORDER = ['udp', 'tcp', 'tls'];

export class RelaySocket {
  readonly counters = { allocated: 0, lost: 0, sent: 0, received: 0, unsent: 0, failed: 0 };
  readonly #servers: IceServerUrl[];
  readonly #credentials: () => TurnCredentials;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #paths: KnownPaths;
  readonly #backoff = new Backoff(500, 15_000);
  /** Number of viewers signaling from each address. */
  readonly #viewers = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #connection: TurnConnection | undefined;
  #allocation: TurnAllocation | undefined;
  #relayed: TransportAddress | undefined;
  #closed = false;

  constructor({ urls, credentials }: RelayOptions, users: IceUsers, clock: Clock, log: Log) {
    const servers = urls.map(parseIceServerUrl).filter((url) => url?.scheme === 'turn');
    this.#servers = servers.filter((url) => url !== undefined);
    this.#servers.sort((one, other) => ORDER.indexOf(one.transport) - ORDER.indexOf(other.transport));
    this.#credentials = credentials;
    this.#clock = clock;
    this.#log = log;
    this.#paths = new KnownPaths(users);
    this.#timer = setInterval(() => this.#allocation?.tick(this.#clock()), TICK_MS);
    void this.#open();
  }

  /** The server's address at the relay; undefined while there is none. */
  get relayed(): TransportAddress | undefined {
    return this.#relayed;
  }

  /** Permits a viewer that may come from this address. @returns revokes the permission; idempotent */
  permit(viewerAddress: string): () => void {
    const address = canonicalIp(viewerAddress);
    if (address === undefined) return () => {};
    const viewers = this.#viewers.get(address) ?? 0;
    this.#viewers.set(address, viewers + 1);
    if (viewers === 0) this.#permit(address);
    let given = true;
    return () => {
      if (given) this.#forbid(address);
      given = false;
    };
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#drop();
  }

  async #open(): Promise<void> {
    const server = this.#servers[this.#attempt++ % this.#servers.length];
    if (!server) return;
    let lost = false;
    const onLost = (problem: string): void => {
      if (lost || this.#closed) return;
      lost = true;
      this.#onLost(server, problem);
    };
    let allocation: TurnAllocation | undefined;
    const onMessage = (message: Buffer): void => {
      if (allocation) this.#receive(message, allocation);
    };
    try {
      const connection = await openTurnConnection(server, { onMessage, onClose: onLost });
      if (lost || this.#closed) return connection.close();
      this.#connection = connection;
      allocation = this.#allocate(connection, onLost);
      this.#allocation = allocation;
    } catch (error) {
      onLost(error instanceof Error ? error.message : String(error));
    }
  }

  #allocate(connection: TurnConnection, onLost: (problem: string) => void): TurnAllocation {
    const allocation = new TurnAllocation(
      {
        credentials: this.#credentials(),
        isStream: connection.isStream,
        transmit: (message) => connection.send(message),
        onAllocated: (relayed) => this.#onAllocated(relayed),
        onData: (from, datagram) => {
          this.counters.received++;
          const key = `${from.address} ${from.port}`;
          this.#paths.receive(key, datagram, () => this.#newPath(key, from, allocation, connection));
        },
        onLost,
      },
      this.#clock(),
    );
    return allocation;
  }

  #receive(message: Buffer, allocation: TurnAllocation): void {
    try {
      allocation.receive(message, this.#clock());
    } catch (error) {
      // A datagram must never crash the server.
      if (this.counters.failed++ === 0)
        this.#log.error({ err: error }, 'failed to handle a relayed datagram');
    }
  }

  #onAllocated(relayed: TransportAddress): void {
    this.counters.allocated++;
    this.#attempt = 0;
    this.#backoff.reset();
    this.#relayed = relayed;
    // A viewer that uses the same TURN server comes from one of its addresses.
    this.#permit(relayed.address);
    for (const address of this.#viewers.keys()) this.#permit(address);
    this.#log.info(relayed, 'relay allocated');
  }

  #onLost({ host, port, transport }: IceServerUrl, problem: string): void {
    // Logged once per loss; further failed attempts are not logged.
    const isNews = this.#relayed !== undefined || this.#attempt === this.#servers.length;
    if (this.#relayed) this.counters.lost++;
    if (isNews) this.#log.warn({ host, port, transport, problem }, 'failed to allocate a relay');
    this.#drop();
    // Within a round the next server is tried at once.
    const delayMs = this.#attempt % this.#servers.length === 0 ? this.#backoff.nextMs() : 0;
    this.#retry = setTimeout(() => void this.#open(), delayMs);
  }

  #drop(): void {
    this.#relayed = undefined;
    this.#allocation?.close(this.#clock());
    this.#connection?.close();
    this.#connection = undefined;
    this.#paths.clear();
  }

  #permit(address: string): void {
    if (this.#relayed) this.#allocation?.permit(address, this.#clock());
  }

  #forbid(address: string): void {
    const viewers = (this.#viewers.get(address) ?? 1) - 1;
    if (viewers > 0) return void this.#viewers.set(address, viewers);
    this.#viewers.delete(address);
    if (this.#relayed) this.#allocation?.forbid(address);
  }

  #newPath(
    key: string,
    { address, port }: TransportAddress,
    allocation: TurnAllocation,
    connection: TurnConnection,
  ): Path {
    const peer = { address, port, channel: 0 };
    let asked = false;
    const path: Path = {
      kind: 'relay',
      address,
      port,
      get isFull() {
        return connection.isFull;
      },
      send: (datagram) => {
        // Checks use many paths, media uses one, which is worth a channel.
        if (!asked && !isStun(datagram)) {
          asked = true;
          allocation.bindChannel(peer, this.#clock());
        }
        if (allocation.send(datagram, peer)) this.counters.sent++;
        else this.counters.unsent++;
      },
      claim: (receiver) => this.#paths.claim(key, path, receiver),
      release: (receiver) => {
        if (this.#paths.release(key, receiver)) allocation.releaseChannel(peer);
      },
    };
    return path;
  }
}
