/**
 * A bounded number of places that many networks share: connections, unanswered requests, sockets that have not signed in.
 * A door enters each client here and ends it when it is told to give way.
 *
 * Invariants: never more than `total` places are taken, nor more than `perNetwork` of one network. Whoever fills them
 * cannot keep others out: when all are taken, the oldest holder of the site that holds the most gives its place up. Only
 * holders that say so give way, so that a client in the middle of something is never ended for a new one.
 */

import { networkOf } from '../core/address/network.ts';

export interface PlaceHolder {
  /** Asked when the places are full, and true as long as nothing would be lost. */
  mayGiveWay(): boolean;
  /** The place belongs to another one from now on. */
  giveWay(): void;
}

export interface FairPlacesOptions {
  total: number;
  /** Default: no limit of its own. */
  perNetwork?: number;
  /**
   * Whether a newcomer is also let in at the cost of its own site's oldest holder. True where a holder does no more than
   * wait for its client; false where work was done for it, which would be thrown away.
   */
  displaceOwn: boolean;
}

interface Place {
  network: string;
  site: string;
  holder: PlaceHolder;
}

/** Bounds the work of one refusal. Holders that were looked at move to the end, so that the next look sees others. */
const MAX_SEARCHED = 256;

export class FairPlaces {
  readonly counters = { refused: 0, displaced: 0 };
  readonly #options: FairPlacesOptions;
  /** The oldest first. */
  readonly #places = new Set<Place>();
  readonly #ofNetwork = new Map<string, Set<Place>>();
  readonly #perSite = new Map<string, number>();

  constructor(options: FairPlacesOptions) {
    this.#options = options;
  }

  get taken(): number {
    return this.#places.size;
  }

  /**
   * @param network as networkOf gives it
   * @returns a function that gives the place back, idempotent, or undefined when there is no room
   */
  enter(network: string, holder: PlaceHolder): (() => void) | undefined {
    const place: Place = { network, site: siteOf(network), holder };
    if (!this.#makeRoom(place)) {
      this.counters.refused++;
      return undefined;
    }
    this.#places.add(place);
    const ofNetwork = this.#ofNetwork.get(network) ?? new Set();
    this.#ofNetwork.set(network, ofNetwork.add(place));
    this.#perSite.set(place.site, this.#shareOf(place.site) + 1);
    return () => this.#leave(place);
  }

  #makeRoom({ network, site }: Place): boolean {
    const { total, perNetwork = Infinity, displaceOwn } = this.#options;
    const ofNetwork = this.#ofNetwork.get(network);
    if (ofNetwork && ofNetwork.size >= perNetwork)
      return displaceOwn && this.#displace(ofNetwork, () => true);
    if (this.#places.size < total) return true;
    // After the exchange the other site still has as many.
    const least = this.#shareOf(site) + 2;
    return this.#displace(
      this.#places,
      (place) => displaceOwn || (place.site !== site && this.#shareOf(place.site) >= least),
    );
  }

  /** Ends the oldest of those allowed whose site holds the most. @returns false when there is none */
  #displace(places: Set<Place>, isAllowed: (place: Place) => boolean): boolean {
    let found: Place | undefined;
    const passedOver: Place[] = [];
    let searched = 0;
    for (const place of places) {
      if (++searched > MAX_SEARCHED) break;
      if (!isAllowed(place) || !place.holder.mayGiveWay()) passedOver.push(place);
      else if (!found || this.#shareOf(place.site) > this.#shareOf(found.site)) found = place;
    }
    for (const place of passedOver) {
      places.delete(place);
      places.add(place);
    }
    if (!found) return false;
    this.#leave(found);
    this.counters.displaced++;
    found.holder.giveWay();
    return true;
  }

  #shareOf(site: string): number {
    return this.#perSite.get(site) ?? 0;
  }

  #leave(place: Place): void {
    if (!this.#places.delete(place)) return;
    const { network, site } = place;
    const ofNetwork = this.#ofNetwork.get(network);
    ofNetwork?.delete(place);
    if (ofNetwork?.size === 0) this.#ofNetwork.delete(network);
    const share = this.#shareOf(site) - 1;
    if (share > 0) this.#perSite.set(site, share);
    else this.#perSite.delete(site);
  }
}

/**
 * Who shares: of IPv6 the /48, since a subscriber may have 65,536 networks (RFC 6177) and would fill all places with one
 * holder from each.
 */
function siteOf(network: string): string {
  return network.endsWith('/64') ? networkOf(network.slice(0, -'/64'.length), 48) : network;
}
