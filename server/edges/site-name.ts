/**
 * Holds the site's name at NATS, so that two processes of one name do not both answer its edges.
 *
 * Invariant: `held` and `refused` alternate, and nothing of the site is at NATS while it does not hold the name.
 */

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { SiteClaim, type ClaimState } from '../core/edges/site-claim.ts';
import { claimSubject } from '../core/edges/subjects.ts';
import type { Log } from '../log.ts';
import { EDGE_MESSAGE_VERSION, SITE_CLAIM } from '../wire/edge-messages.ts';
import { readFromSite } from './edge-message-reader.ts';
import type { NatsLink } from './nats-link.ts';

export interface SiteNameOptions {
  site: string;
  link: NatsLink;
  clock: Clock;
  log: Log;
}

const TICK_MS = 250;

export class SiteName extends EventEmitter<{ held: []; refused: [] }> {
  readonly #options: SiteNameOptions;
  readonly #claim: SiteClaim;
  readonly #close: () => void;
  #state: ClaimState = 'asking';

  constructor(options: SiteNameOptions) {
    super();
    this.#options = options;
    const { site, link, clock } = options;
    const subject = claimSubject(site);
    this.#claim = new SiteClaim(randomUUID(), (claim) => {
      link.publish(subject, Buffer.from(JSON.stringify({ version: EDGE_MESSAGE_VERSION, ...claim })));
    });
    const listening = link.listen(subject, ({ data }) => {
      const claim = readFromSite(SITE_CLAIM, data);
      if (!claim || 'refused' in claim) return;
      this.#claim.heard(claim, clock());
      this.#follow();
    });
    const onOpen = (): void => this.#claim.connected(clock());
    const onLost = (): void => this.#claim.disconnected();
    link.on('open', onOpen).on('lost', onLost);
    if (link.isOpen) onOpen();
    const timer = setInterval(() => {
      this.#claim.tick(clock());
      this.#follow();
    }, TICK_MS);
    this.#close = () => {
      clearInterval(timer);
      listening.close();
      link.off('open', onOpen).off('lost', onLost);
    };
  }

  get state(): ClaimState {
    return this.#state;
  }

  /** Idempotent. */
  close(): void {
    this.#close();
  }

  #follow(): void {
    const { state } = this.#claim;
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    const { log, site } = this.#options;
    if (state === 'holding') this.emit('held');
    else if (state === 'refused') {
      log.warn({ site }, 'site name refused: another server has it; give one of them another VIGIE_SITE');
      if (before === 'holding') this.emit('refused');
    }
  }
}
