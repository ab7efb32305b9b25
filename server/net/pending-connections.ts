/**
 * Connections at one listener that have not authenticated yet. Authenticated ones do not count: the credentials handed
 * out bound their number.
 *
 * Invariants: every new connection is accepted; when all places are taken, another one is closed. No network can block
 * another: the network with the most places loses its oldest one to a network with at least two fewer. Among equals,
 * half of the places are safe for a while, long enough to authenticate over a slow line, and the oldest of the other
 * half is closed, which is long enough over a fast line. Private networks, and networks with a successful
 * authentication before, have separate places that the rest of the world cannot take.
 */

import { networkOf } from '../core/address/network.ts';
import type { Clock } from '../core/clock.ts';

export interface PendingConnectionsOptions {
  /** At least 2. For private and known networks; all others have as many again. */
  places: number;
  clock: Clock;
}

/** Origin of a connection, as in server/http/client-connection.ts. */
export interface Peer {
  address: string;
  isPrivate: boolean;
}

/** Both idempotent. */
export interface PendingPlace {
  /** The connection has ended. */
  leave(): void;
  /** The connection has authenticated: its place is free, and its network is known from now on. */
  authenticated(): void;
}

interface Occupant {
  readonly network: string;
  readonly safeUntilUs: number;
  readonly onDisplaced: () => void;
}

/** A round trip around the world, and the camera's computation of its answer. */
const SAFE_US = 500_000;
/** The network with the oldest authentication is forgotten first. */
const MAX_KNOWN_NETWORKS = 1024;

export class PendingConnections {
  /** Connections closed to make room for others. */
  displaced = 0;
  readonly #clock: Clock;
  readonly #known = new Set<string>();
  readonly #knownPlaces: Places;
  readonly #unknownPlaces: Places;

  constructor({ places, clock }: PendingConnectionsOptions) {
    this.#clock = clock;
    this.#knownPlaces = new Places(places);
    this.#unknownPlaces = new Places(places);
  }

  /** @param onDisplaced closes the connection; called at most once, to make room */
  enter({ address, isPrivate }: Peer, onDisplaced: () => void): PendingPlace {
    const network = networkOf(address);
    const isKnown = isPrivate || this.#known.has(network);
    const places = isKnown ? this.#knownPlaces : this.#unknownPlaces;
    // An unknown client may control 2^16 networks of /64.
    const counted = isKnown ? network : networkOf(address, 48);
    const nowUs = this.#clock();
    const displaced = places.makeRoomFor(counted, nowUs);
    const occupant = places.add(counted, nowUs, onDisplaced);
    if (displaced) {
      this.displaced++;
      displaced.onDisplaced();
    }
    return {
      leave: () => places.remove(occupant),
      authenticated: () => {
        places.remove(occupant);
        this.#remember(network);
      },
    };
  }

  #remember(network: string): void {
    this.#known.delete(network);
    this.#known.add(network);
    for (const oldest of this.#known) {
      if (this.#known.size <= MAX_KNOWN_NETWORKS) break;
      this.#known.delete(oldest);
    }
  }
}

class Places {
  readonly #total: number;
  /** In the order of entering. */
  readonly #occupants = new Set<Occupant>();
  readonly #byNetwork = new Map<string, number>();

  constructor(total: number) {
    this.#total = total;
  }

  add(network: string, nowUs: number, onDisplaced: () => void): Occupant {
    const safe = [...this.#occupants].filter(({ safeUntilUs }) => nowUs < safeUntilUs).length;
    const isSafe = safe < Math.floor(this.#total / 2);
    const occupant = { network, safeUntilUs: isSafe ? nowUs + SAFE_US : nowUs, onDisplaced };
    this.#occupants.add(occupant);
    this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? 0) + 1);
    return occupant;
  }

  /** Idempotent. */
  remove(occupant: Occupant): void {
    if (!this.#occupants.delete(occupant)) return;
    const { network } = occupant;
    const remaining = (this.#byNetwork.get(network) ?? 1) - 1;
    if (remaining > 0) this.#byNetwork.set(network, remaining);
    else this.#byNetwork.delete(network);
  }

  /** @returns the occupant that was removed, if any */
  makeRoomFor(network: string, nowUs: number): Occupant | undefined {
    if (this.#occupants.size < this.#total) return undefined;
    const largest = Math.max(...this.#byNetwork.values());
    const own = this.#byNetwork.get(network) ?? 0;
    const ofLargest = [...this.#occupants].filter((one) => this.#byNetwork.get(one.network) === largest);
    const isUnsafe = ({ safeUntilUs }: Occupant): boolean => nowUs >= safeUntilUs;
    const victim =
      largest >= own + 2 ? ofLargest[0] : (ofLargest.find(isUnsafe) ?? [...this.#occupants].find(isUnsafe));
    if (victim) this.remove(victim);
    return victim;
  }
}
