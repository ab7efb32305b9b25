/**
 * What happened, at all cameras one may see or at one of them, day by day, the newest first.
 *
 * Fires `vigie-go` with another route of this page.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { EventKind, EventView } from '../../server/wire/event.ts';
import type { AppContext } from '../app-context.ts';
import { EventFeed } from './event-feed.ts';
import { eventPicture, eventPictureStyles } from './event-picture.ts';
import { EVENT_KINDS, eventText } from './event-text.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { eventsPageStyles } from './events-page.styles.ts';

const PAGE_SIZE = 60;
const REFRESH_MS = 10_000;
const ALL = 'all';

export class EventsPage extends LitElement {
  static override styles = [sharedStyles, eventPictureStyles, eventsPageStyles];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    kind: { state: true },
    loading: { state: true },
  };
  declare context: AppContext;
  /** Only this camera's; undefined: of all. */
  declare cameraId: string | undefined;
  /** Only this kind; undefined: all. */
  declare protected kind: EventKind | undefined;
  declare protected loading: boolean;
  #feed: EventFeed | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.loading = false;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(() => this.requestUpdate(), REFRESH_MS);
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
    this.#feed?.close();
    this.#feed = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('cameraId') || changed.has('context') || changed.has('kind')) this.#follow();
  }

  protected override render(): TemplateResult {
    const nowUs = this.context.live.clock.nowUs();
    const nowMs = nowUs === null ? Date.now() : nowUs / 1000;
    const days = Map.groupBy(this.#feed?.events ?? [], ({ startedAtMs }) => dayText(startedAtMs));
    return html`
      <header>
        <h1 tabindex="-1" data-testid="events-title">Events</h1>
        ${this.#filters()}
      </header>
      ${
        this.#feed?.error
          ? html`<wa-callout variant="danger" size="s" role="alert">${this.#feed.error}</wa-callout>`
          : nothing
      }
      ${[...days].map(
        ([day, events]) =>
          html`<section>
            <h2>${day}</h2>
            <ol>
              ${repeat(
                events,
                ({ id }) => id,
                (event) => this.#event(event, nowMs),
              )}
            </ol>
          </section>`,
      )}
      ${days.size === 0 && this.#feed?.loaded ? this.#empty() : nothing} ${this.#more()}
    `;
  }

  #filters(): TemplateResult {
    const cameras = this.context.live.cameras.all ?? [];
    return html`<div class="filters">
      <wa-select
        size="s"
        aria-label="Camera"
        value=${this.cameraId ?? ALL}
        data-testid="event-camera"
        @change=${(event: Event) => this.#show(valueOf(event))}
      >
        <wa-option value=${ALL}>All cameras</wa-option>
        ${cameras.map(({ id, name }) => html`<wa-option value=${id}>${name}</wa-option>`)}
      </wa-select>
      <wa-select
        size="s"
        aria-label="What"
        value=${this.kind ?? ALL}
        data-testid="event-kind"
        @change=${(event: Event) => (this.kind = kindOf(valueOf(event)))}
      >
        <wa-option value=${ALL}>All events</wa-option>
        ${Object.entries(EVENT_KINDS).map(
          ([kind, name]) => html`<wa-option value=${kind}>${name}</wa-option>`,
        )}
      </wa-select>
    </div>`;
  }

  #event(event: EventView, nowMs: number): TemplateResult {
    const { what, where, when } = eventText(event, nowMs);
    const { cameraId, startedAtMs: atMs } = event;
    const started = new Date(atMs);
    const time = started.toLocaleTimeString(undefined, { timeStyle: 'medium' });
    return html`<li class=${event.endedAtMs === null ? 'lasting' : ''} data-testid="event">
      <a class="card" href=${routePath({ page: 'recordings', cameraId, atMs })}>
        ${eventPicture(event)}
        <span class="text">
          <span>${this.context.live.cameras.find(cameraId)?.name ?? 'Camera'}: ${what}</span>
          <span class="quiet">${where}</span>
          <time class="quiet" datetime=${started.toISOString()}>${time} · ${when}</time>
        </span>
      </a>
    </li>`;
  }

  #empty(): TemplateResult {
    return html`<div class="empty card quiet" data-testid="no-events">
      <p>Nothing has happened yet.</p>
      <p>
        Cameras notice motion when they are told to: under “What to record” on a camera’s recordings page, or
        by a sensor beside it.
      </p>
    </div>`;
  }

  #more(): TemplateResult | typeof nothing {
    if (!this.#feed?.mayHaveMore) return nothing;
    return html`<div class="more">
      <wa-button
        appearance="outlined"
        ?loading=${this.loading}
        data-testid="more-events"
        @click=${() => void this.#loadMore()}
        >Earlier</wa-button
      >
    </div>`;
  }

  async #loadMore(): Promise<void> {
    this.loading = true;
    await this.#feed?.loadMore();
    this.loading = false;
  }

  /** By the URL, so that the back button works. */
  #show(cameraId: string): void {
    const detail: Reachable = { page: 'events', ...(cameraId !== ALL && { cameraId }) };
    this.dispatchEvent(new CustomEvent('vigie-go', { detail, bubbles: true, composed: true }));
  }

  #follow(): void {
    this.#feed?.close();
    const { cameraId, kind } = this;
    const { api, live } = this.context;
    this.#feed = new EventFeed({
      ask: (limit, before) => {
        const query = { limit, ...(before !== undefined && { before }), ...(kind && { kind }) };
        return cameraId === undefined
          ? api.call('GET /api/events', { query })
          : api.call('GET /api/cameras/:cameraId/events', { params: { cameraId }, query });
      },
      signaling: live.signaling,
      belongs: (event) =>
        (cameraId === undefined || event.cameraId === cameraId) && (!kind || event.kind === kind),
      pageSize: PAGE_SIZE,
    });
    this.#feed.on('change', () => this.requestUpdate());
  }
}

function valueOf(event: Event): string {
  return (event.target as HTMLElement & { value: string }).value;
}

function kindOf(value: string): EventKind | undefined {
  return value in EVENT_KINDS ? (value as EventKind) : undefined;
}

function dayText(ms: number): string {
  const day = new Date(ms);
  const isToday = day.toDateString() === new Date().toDateString();
  return isToday ? 'Today' : day.toLocaleDateString(undefined, { dateStyle: 'full' });
}

customElements.define('vigie-events-page', EventsPage);
