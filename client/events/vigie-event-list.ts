/**
 * `<vigie-event-list>`: the latest events of a camera, kept up to date while it is visible. Empty without events.
 */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EventView } from '../../server/wire/event.ts';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import { listen } from '../ui/listen.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import type { EventFeedOptions } from './event-feed.ts';
import { eventHref } from './event-href.ts';
import { eventPicture, eventPictureStyles } from './event-picture.ts';
import { eventText } from './event-text.ts';
import { FeedController } from './feed-controller.ts';

const SHOWN = 20;

export class EventList extends LitElement {
  static override styles = [
    sharedStyles,
    eventPictureStyles,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        margin-bottom: 0.6rem;
      }
      ol {
        margin: 0;
        padding: 0.3rem 1rem;
        list-style: none;
      }
      li a {
        display: flex;
        align-items: center;
        gap: 0.2rem 0.8rem;
        padding: 0.5rem 0;
        color: inherit;
        text-decoration: none;
      }
      li a:hover .what {
        text-decoration: underline;
      }
      li + li {
        border-top: 1px solid var(--wa-color-surface-border);
      }
      .event-picture {
        width: 5rem;
      }
      .what {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      time {
        flex: none;
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      .lasting time {
        color: var(--wa-color-warning-on-quiet);
      }
    `,
  ];
  static override properties = { context: { attribute: false }, cameraId: {} };
  declare context: AppContext;
  declare cameraId: string;
  readonly #events = new FeedController(this, () => this.#feedOptions());

  constructor() {
    super();
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('cameraId') || changed.has('context')) this.#events.restart();
  }

  protected override updated(): void {
    // The page gives it no room then.
    this.toggleAttribute('empty', this.#events.events.length === 0);
  }

  protected override render(): TemplateResult | typeof nothing {
    const events = this.#events.events.slice(0, SHOWN);
    if (events.length === 0) return nothing;
    const nowMs = this.context.live.clock.nowMs();
    return html`<section aria-labelledby="heading" data-testid="events">
      <header>
        <h2 id="heading">Latest events</h2>
        <a href=${routePath({ page: 'events', cameraId: this.cameraId })} data-testid="all-events"
          >All events</a
        >
      </header>
      <ol class="card" aria-live="polite" aria-relevant="additions">
        ${events.map((event) => this.#event(event, nowMs))}
      </ol>
    </section>`;
  }

  #event(event: EventView, nowMs: number): TemplateResult {
    const { time } = this.context.siteZone;
    const { what, where, when } = eventText(event, nowMs, time);
    const { startedAtMs: atMs } = event;
    return html`<li class=${event.endedAtMs === null ? 'lasting' : ''} data-testid="event">
      <a href=${eventHref(this.context.live.cameras, event) ?? nothing}>
        ${eventPicture(event)}
        <span class="what">${what} <span class="quiet">${where}</span></span>
        <time
          class="quiet"
          datetime=${new Date(atMs).toISOString()}
          title="${time.moment(atMs)}${time.zoneBeside(atMs)}"
          >${when}</time
        >
      </a>
    </li>`;
  }

  #feedOptions(): EventFeedOptions {
    const { cameraId } = this;
    const { api, live } = this.context;
    return {
      ask: (limit) =>
        api.call('GET /api/cameras/:cameraId/events', { params: { cameraId }, query: { limit } }),
      signaling: live.signaling,
      belongs: (event) => event.cameraId === cameraId,
      pageSize: SHOWN,
    };
  }
}

customElements.define('vigie-event-list', EventList);
