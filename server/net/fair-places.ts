/**
 * A bounded number of places shared by many networks: connections, unanswered requests, sockets that have not signed
 * in. The owner of a limit enters each client here and ends it on request.
 *
 * Invariants: at most `total` places are taken, and at most `perNetwork` by one network. Filling them cannot block
 * others: a new client replaces the oldest holder, from the site with the most places, that only waits for its client;
 * without one, a holder being worked for, from a site that afterwards still has no fewer places than the new client's.
 * So a flood never undoes work for its own site, and a client that is being served is never ended.
 */

import { networkOf } from '../core/address/network.ts';

/**
 * `yes`: it waits for its client, and nothing is lost. `toFewer`: it is being worked for, and may be replaced by a site
 * with fewer places. `no`: it is being served.
 */
export type Replaceable = 'yes' | 'toFewer' | 'no';

export interface PlaceHolder {
  replaceable(): Replaceable;
  /** Called when the place is given to another holder. */
  onReplaced(): void;
}

export interface FairPlacesOptions {
  total: number;
  /** Default: unlimited. */
  perNetwork?: number;
}

interface Place {
  network: string;
  site: string;
  holder: PlaceHolder;
}

/** Bounds the work of one refusal. Checked holders move to the end, so that the next search sees others. */
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
   * @param network from networkOf
   * @returns releases the place, idempotent; undefined when there is no room
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

  /** @param site of the new client @returns false when no holder can be replaced */
  #displace(places: Set<Place>, site: string): boolean {
    const found: Record<Replaceable, Place | undefined> = {
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
      const willingness = place.holder.replaceable();
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
    displaced.holder.onReplaced();
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
 * The unit of sharing: for IPv6 the /48, since a subscriber may have 65,536 networks (RFC 6177) and would fill all
 * places with one holder each.
 */
function siteOf(network: string): string {
  return network.endsWith('/64') ? networkOf(network.slice(0, -'/64'.length), 48) : network;
}
