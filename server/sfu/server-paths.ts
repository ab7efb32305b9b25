/**
 * The ways to this server: its own addresses, the announced ones, and its relay. It tells each viewer the candidates
 * that suit it.
 */

import { networkInterfaces } from 'node:os';
import type { Clock } from '../core/clock.ts';
import { iceCandidates, relayCandidate } from '../core/reach/ice-candidates.ts';
import { offeredAddresses } from '../core/reach/offered-addresses.ts';
import type { RelayOptions } from '../core/stun-turn/turn-credentials.ts';
import type { Log } from '../log.ts';
import type { IceCandidate } from '../wire/signaling.ts';
import { AnnouncedAddresses } from './announced-addresses.ts';
import type { IceUsers } from './ice-users.ts';
import { RelaySocket } from './relay-socket.ts';

export interface ServerPathsOptions {
  /** IP addresses and host names, announced to viewers before those of the machine's interfaces. */
  announcedAddresses: readonly string[];
  /** The server's own relay, for when viewers cannot reach it otherwise. */
  relay?: RelayOptions | undefined;
  /** The UDP port for viewers. */
  port: number;
  /** Undefined when viewers may not connect by TCP. */
  tcpPort: number | undefined;
  users: IceUsers;
  clock: Clock;
  log: Log;
}

export class ServerPaths {
  readonly #options: ServerPathsOptions;
  readonly #announced: AnnouncedAddresses;
  readonly #relay: RelaySocket | undefined;

  constructor(options: ServerPathsOptions) {
    const { relay, users, clock, log } = options;
    this.#options = options;
    this.#relay = relay && new RelaySocket(relay, users, clock, log);
    this.#announced = new AnnouncedAddresses(options.announcedAddresses, log);
    // Not awaited: without a network a look-up takes long, and viewers in the LAN do not need it.
    void this.#announced.start();
  }

  /** The announced addresses, with names resolved. */
  get announced(): string[] {
    return this.#announced.current;
  }

  /** Null without a configured relay. */
  get relayFigures(): (RelaySocket['counters'] & { open: boolean }) | null {
    return this.#relay ? { ...this.#relay.counters, open: this.#relay.relayed !== undefined } : null;
  }

  /** @param viewerAddress where the viewer signals from */
  candidatesFor(viewerAddress: string): IceCandidate[] {
    const { port, tcpPort } = this.#options;
    const addresses = offeredAddresses(
      { announced: this.announced, interfaces: networkInterfaces() },
      viewerAddress,
    );
    const relayed = this.#relay?.relayed;
    return [...iceCandidates(addresses, port, tcpPort), ...(relayed ? [relayCandidate(relayed)] : [])];
  }

  /** Lets a viewer that may come from this address use the relay. @returns takes that back; idempotent */
  permit(viewerAddress: string): () => void {
    return this.#relay?.permit(viewerAddress) ?? (() => {});
  }

  /** Idempotent. */
  close(): void {
    this.#announced.close();
    this.#relay?.close();
  }
}
