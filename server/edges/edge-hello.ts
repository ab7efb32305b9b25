/**
 * An edge tells its site every few seconds that it is there, and learns whether the site takes it.
 *
 * Invariant: each change is logged once, with what to do about it.
 */

import { HELLO_MS } from '../core/edges/edge-roster.ts';
import { helloSubject } from '../core/edges/subjects.ts';
import type { Log } from '../log.ts';
import { EDGE_MESSAGE_VERSION, HELLO_ANSWER, type EdgeHelloMessage } from '../wire/edge-messages.ts';
import { readFromSite } from './edge-message-reader.ts';
import type { NatsLink } from './nats-link.ts';

export interface EdgeHelloOptions {
  site: string;
  edge: string;
  /** The release of this server. */
  software: string;
  link: Pick<NatsLink, 'isOpen' | 'ask' | 'on' | 'off'>;
  log: Log;
}

/** How an edge and its site get on. */
export type SiteReach = 'unknown' | 'reached' | 'away' | 'dropped' | 'otherVersion';

/** While the site does not answer: it may just have started. */
const RETRY_MS = 1_000;

export class EdgeHello {
  readonly #options: EdgeHelloOptions;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  readonly #onOpen = (): void => void this.#say();
  #ticks = 0;
  #reach: SiteReach = 'unknown';
  /** The release of the site. */
  #software: string | undefined;
  #closed = false;

  constructor(options: EdgeHelloOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'edges' });
    options.link.on('open', this.#onOpen);
    this.#timer = setInterval(() => {
      const isDue = ++this.#ticks * RETRY_MS >= HELLO_MS;
      if (isDue || this.#reach === 'away') void this.#say();
    }, RETRY_MS);
    if (options.link.isOpen) this.#onOpen();
  }

  get reach(): SiteReach {
    return this.#reach;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#options.link.off('open', this.#onOpen);
  }

  async #say(): Promise<void> {
    const { site, edge, software, link } = this.#options;
    this.#ticks = 0;
    const hello: EdgeHelloMessage = { version: EDGE_MESSAGE_VERSION, software };
    try {
      const bytes = await link.ask(helloSubject(site, edge), Buffer.from(JSON.stringify(hello)));
      const answer = readFromSite(HELLO_ANSWER, bytes);
      if (!answer || 'refused' in answer) return this.#follow('otherVersion');
      this.#software = answer.software;
      this.#follow(answer.admitted ? 'reached' : 'dropped');
    } catch {
      this.#follow('away');
    }
  }

  #follow(reach: SiteReach): void {
    if (this.#closed || reach === this.#reach) return;
    this.#reach = reach;
    const { site, software } = this.#options;
    if (reach === 'reached') this.#log.info({ site, software: this.#software }, 'site reached');
    else if (reach === 'away') this.#log.warn({ site }, 'site lost');
    else if (reach === 'dropped')
      this.#log.warn({ site }, 'site refused this edge: an administrator has dropped it there');
    else this.#log.warn({ site, software }, 'site refused this edge: one of the two is too old; update it');
  }
}
