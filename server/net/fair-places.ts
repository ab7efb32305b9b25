/**
 * A bounded number of places that many networks share: connections, unanswered requests, sockets that have not signed in.
 * A door enters each client here and ends it when it is told to give way.
 *
 * Invariants: never more than `total` places are taken, nor more than `perNetwork` of one network. Whoever fills them
 * cannot keep others out: for a newcomer the oldest holder that only waits for its client gives its place up, of the site
 * that holds the most; if there is none, one that is being worked for, of a site that even then holds no less than the
 * newcomer's. So a flood never undoes the work for its own site, and a client that is being served is never ended.
 */

import { networkOf } from '../core/address/network.ts';

/**
 * `yes`: it waits for its client, and nothing is lost. `toFewer`: it is being worked for, and gives way to a site that
 * has fewer places. `no`: it is being served.
 */
export type Willingness = 'yes' | 'toFewer' | 'no';

export interface PlaceHolder {
  mayGiveWay(): Willingness;
  /** The place belongs to another one from now on. */
  giveWay(): void;
}

export interface FairPlacesOptions {
  total: number;
  /** Default: no limit of its own. */
  perNetwork?: number;
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
    const { total, perNetwork = Infinity } = this.#options;
    const ofNetwork = this.#ofNetwork.get(network);
    if (ofNetwork && ofNetwork.size >= perNetwork) return this.#displace(ofNetwork, site);
    return this.#places.size < total || this.#displace(this.#places, site);
  }

  /** @param site the newcomer's @returns false when nobody gives way */
  #displace(places: Set<Place>, site: string): boolean {
    const found: Record<Willingness, Place | undefined> = {
      yes: undefined,
      toFewer: undefined,
      no: undefined,
    };
    // After the exchange the other site still has as many.
    const least = this.#shareOf(site) + 2;
    const passedOver: Place[] = [];
    let searched = 0;
    for (const place of places) {
      if (++searched > MAX_SEARCHED) break;
      const willingness = place.holder.mayGiveWay();
      const share = this.#shareOf(place.site);
      const other = found[willingness];
      if (willingness === 'no' || (willingness === 'toFewer' && (place.site === site || share < least)))
        passedOver.push(place);
      else if (!other || share > this.#shareOf(other.site)) found[willingness] = place;
    }
    for (const place of passedOver) {
      places.delete(place);
      places.add(place);
    }
    const displaced = found.yes ?? found.toFewer;
    if (!displaced) return false;
    this.#leave(displaced);
    this.counters.displaced++;
    displaced.holder.giveWay();
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
