/**
 * Connections that have not authenticated yet, at one door. Those that have do not count: what bounds their number is what
 * was given out to authenticate with.
 *
 * Invariants: nobody is refused; when all places are taken, another connection has to go. No one network keeps another
 * out: the network that holds the most places gives up its oldest for one that holds at least two fewer. Among equals half
 * of the places are safe for a while, long enough to authenticate over a slow line, and the oldest in the other half goes,
 * which is long enough over a fast one. Devices in the private network, and networks from which somebody has authenticated
 * before, have places of their own, which the rest of the world cannot take.
 */

import { networkOf } from '../core/address/network.ts';
import type { Clock } from '../core/clock.ts';

export interface PendingConnectionsOptions {
  /** At least 2. For devices at home and known networks; strangers have as many again. */
  places: number;
  clock: Clock;
}

/** Where a connection comes from, as server/http/client-connection.ts tells. */
export interface Peer {
  address: string;
  isPrivate: boolean;
}

/** Both idempotent. */
export interface PendingPlace {
  /** It has ended. */
  leave(): void;
  /** It has authenticated: its place is free, and its network is known from now on. */
  authenticated(): void;
}

interface Occupant {
  readonly network: string;
  readonly safeUntilUs: number;
  readonly turnAway: () => void;
}

/** A round trip around the world, and a camera that computes its answer. */
const SAFE_US = 500_000;
/** The network that somebody authenticated from the longest ago is forgotten first. */
const MAX_KNOWN_NETWORKS = 1024;

export class PendingConnections {
  /** Connections that had to go for others. */
  displaced = 0;
  readonly #clock: Clock;
  readonly #known = new Set<string>();
  readonly #knownPlaces: Places;
  readonly #strangersPlaces: Places;

  constructor({ places, clock }: PendingConnectionsOptions) {
    this.#clock = clock;
    this.#knownPlaces = new Places(places);
    this.#strangersPlaces = new Places(places);
  }

  /** @param turnAway ends the connection; called at most once, when it has to make room */
  enter({ address, isPrivate }: Peer, turnAway: () => void): PendingPlace {
    const network = networkOf(address);
    const isKnown = isPrivate || this.#known.has(network);
    const places = isKnown ? this.#knownPlaces : this.#strangersPlaces;
    // A stranger may have 2^16 networks of /64.
    const counted = isKnown ? network : networkOf(address, 48);
    const nowUs = this.#clock();
    const displaced = places.makeRoomFor(counted, nowUs);
    const occupant = places.add(counted, nowUs, turnAway);
    if (displaced) {
      this.displaced++;
      displaced.turnAway();
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

  add(network: string, nowUs: number, turnAway: () => void): Occupant {
    const safe = [...this.#occupants].filter(({ safeUntilUs }) => nowUs < safeUntilUs).length;
    const isSafe = safe < Math.floor(this.#total / 2);
    const occupant = { network, safeUntilUs: isSafe ? nowUs + SAFE_US : nowUs, turnAway };
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

  /** @returns who was removed for it, if somebody had to be */
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
