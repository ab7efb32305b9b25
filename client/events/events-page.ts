/**
 * The events of one camera, or of all the user may see, by day, the newest first.
 *
 * Fires `vigie-go` with another route of this page. Its filters, and how far the list goes, are kept in the history, so that the
 * back button leads to the same list.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { EventKind, EventView } from '../../server/wire/event.ts';
import type { AppContext } from '../app-context.ts';
import type { EventFeedOptions } from './event-feed.ts';
import { eventHref } from './event-href.ts';
import { eventPicture, eventPictureStyles } from './event-picture.ts';
import { EVENT_KINDS, eventText, labelText } from './event-text.ts';
import { FeedController } from './feed-controller.ts';
import { cameraTabs, cameraTabsStyles } from '../routing/camera-tabs.ts';
import { keepView, keptView } from '../routing/history-entry.ts';
import { routePath, type Reachable } from '../routing/routes.ts';
import '../site/vigie-site-zone.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { hiddenLabelStyles } from '../ui/hidden-label.ts';
import { valueOf } from '../ui/field-value.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { eventsPageStyles } from './events-page.styles.ts';

const PAGE_SIZE = 60;
/** Events of the list that the back button leads to. */
const MAX_RESTORED = 600;
const VIEW = 'events';
const ALL = 'all';
/** Before a label, which may be any word. */
const LABEL = 'label ';

export class EventsPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    cameraTabsStyles,
    eventPictureStyles,
    hiddenLabelStyles,
    eventsPageStyles,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    kind: { state: true },
    label: { state: true },
    labels: { state: true },
    loading: { state: true },
  };
  declare context: AppContext;
  /** Only this camera's; undefined: of all. */
  declare cameraId: string | undefined;
  /** Only this kind; undefined: all. */
  declare protected kind: EventKind | undefined;
  /** Only detections with this label; undefined: all. */
  declare protected label: string | undefined;
  /** Labels to choose from. */
  declare protected labels: readonly string[];
  declare protected loading: boolean;
  /** So many events were shown when the page was left. */
  #restoredCount = 0;
  #kept = '';
  readonly #events = new FeedController(this, () => this.#feedOptions());

  constructor() {
    super();
    this.loading = false;
    this.labels = [];
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('context')) void this.#loadLabels();
    if (changed.has('cameraId') || !this.hasUpdated) this.#restore();
    if (['cameraId', 'context', 'kind', 'label'].some((name) => changed.has(name))) this.#events.restart();
    this.#keep();
  }

  protected override render(): TemplateResult {
    const nowMs = this.context.live.clock.nowMs();
    const { time } = this.context.siteZone;
    const days = Map.groupBy(this.#events.events, ({ startedAtMs }) => time.day(startedAtMs, nowMs));
    return html`
      ${pageHeader({ title: 'Events', testId: 'events-title', actions: this.#filters() })}
      ${this.cameraId === undefined ? nothing : cameraTabs(this.context.live.cameras.find(this.cameraId), 'events')}
      <vigie-site-zone of="times" .context=${this.context}></vigie-site-zone>
      ${errorCallout(this.#events.error, 'events-error')}
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
      ${days.size === 0 && this.#events.loaded ? this.#empty() : nothing} ${this.#more()}
    `;
  }

  #filters(): TemplateResult {
    const cameras = this.context.live.cameras.with('events');
    return html`<wa-select
        size="s"
        class="hidden-label"
        label="Camera"
        value=${this.cameraId ?? ALL}
        data-testid="event-camera"
        @change=${(event: Event) => this.#show(valueOf(event))}
      >
        <wa-option value=${ALL}>All cameras</wa-option>
        ${cameras.map(({ id, name }) => html`<wa-option value=${id}>${name}</wa-option>`)}
      </wa-select>
      <wa-select
        size="s"
        class="hidden-label"
        label="Event type"
        value=${this.label === undefined ? (this.kind ?? ALL) : LABEL + this.label}
        data-testid="event-kind"
        @change=${(event: Event) => this.#choose(valueOf(event))}
      >
        <wa-option value=${ALL}>All events</wa-option>
        ${Object.entries(EVENT_KINDS).map(
          ([kind, name]) => html`<wa-option value=${kind}>${name}</wa-option>`,
        )}
        ${this.#knownLabels().map((label) => html`<wa-option value=${LABEL + label}>${labelText(label)}</wa-option>`)}
      </wa-select>`;
  }

  #event(event: EventView, nowMs: number): TemplateResult {
    const { time } = this.context.siteZone;
    const { what, where, when } = eventText(event, nowMs, time);
    const { cameraId, startedAtMs: atMs } = event;
    return html`<li class=${event.endedAtMs === null ? 'lasting' : ''} data-testid="event">
      <a class="card" href=${eventHref(this.context.live.cameras, event) ?? nothing}>
        ${eventPicture(event)}
        <span class="text">
          <span>${this.context.live.cameras.find(cameraId)?.name ?? 'Camera'}: ${what}</span>
          <span class="quiet">${where}</span>
          <time class="quiet" datetime=${new Date(atMs).toISOString()}>${time.second(atMs)} · ${when}</time>
        </span>
      </a>
    </li>`;
  }

  #empty(): TemplateResult {
    return html`<div class="empty card quiet" data-testid="no-events">
      <p>No events.</p>
      <p>To get motion events, turn on motion detection in the menu of a camera, or add a sensor to it.</p>
      <p>
        Detections, such as a person or a car, are reported by an analyser: a program with an API key that may
        report them. See <a href=${routePath({ page: 'api' })}>the HTTP API</a> and docs/analysers.md.
      </p>
    </div>`;
  }

  #more(): TemplateResult | typeof nothing {
    if (!this.#events.mayHaveMore) return nothing;
    return html`<div class="more">
      <wa-button
        appearance="outlined"
        ?loading=${this.loading}
        data-testid="more-events"
        @click=${() => void this.#loadMore()}
        >Load earlier events</wa-button
      >
    </div>`;
  }

  #choose(value: string): void {
    this.#restoredCount = 0;
    this.label = value.startsWith(LABEL) ? value.slice(LABEL.length) : undefined;
    this.kind = this.label === undefined ? kindOf(value) : 'detection';
  }

  /** Including those of detections that have arrived since. */
  #knownLabels(): string[] {
    const listed = this.#events.events.map(({ label }) => label).filter((label) => label !== '');
    return [
      ...new Set([...this.labels, ...listed, ...(this.label === undefined ? [] : [this.label])]),
    ].toSorted();
  }

  /** If they cannot be loaded, detections can still be selected as a kind. */
  async #loadLabels(): Promise<void> {
    this.labels = await this.context.api.call('GET /api/detection-labels').catch(() => []);
  }

  /** As the page was left; without that, the filters stay for the next camera. */
  #restore(): void {
    this.#restoredCount = 0;
    const { kind, label, count } = (keptView(VIEW) ?? {}) as Partial<
      Record<'kind' | 'label' | 'count', unknown>
    >;
    if (typeof count !== 'number') return;
    this.kind = kindOf(String(kind));
    this.label = typeof label === 'string' ? label : undefined;
    this.#restoredCount = Math.min(count, MAX_RESTORED);
  }

  #keep(): void {
    const { kind, label } = this;
    const count = Math.max(this.#restoredCount, this.#events.events.length);
    const view = { count, ...(kind && { kind }), ...(label !== undefined && { label }) };
    const text = JSON.stringify([location.pathname, view]);
    if (text === this.#kept) return;
    this.#kept = text;
    keepView(VIEW, view);
  }

  async #loadMore(): Promise<void> {
    this.loading = true;
    await this.#events.loadMore();
    this.loading = false;
  }

  /** By the URL, so that the back button works. */
  #show(cameraId: string): void {
    const detail: Reachable = { page: 'events', ...(cameraId !== ALL && { cameraId }) };
    this.dispatchEvent(new CustomEvent('vigie-go', { detail, bubbles: true, composed: true }));
  }

  #feedOptions(): EventFeedOptions {
    const { cameraId, kind, label } = this;
    const { api, live } = this.context;
    return {
      ask: (limit, before) => {
        const query = {
          limit,
          ...(before !== undefined && { before }),
          ...(kind && { kind }),
          ...(label !== undefined && { label }),
        };
        return cameraId === undefined
          ? api.call('GET /api/events', { query })
          : api.call('GET /api/cameras/:cameraId/events', { params: { cameraId }, query });
      },
      signaling: live.signaling,
      belongs: (event) =>
        (cameraId === undefined || event.cameraId === cameraId) &&
        (!kind || event.kind === kind) &&
        (label === undefined || event.label === label),
      pageSize: Math.max(PAGE_SIZE, this.#restoredCount),
    };
  }
}

function kindOf(value: string): EventKind | undefined {
  return value in EVENT_KINDS ? (value as EventKind) : undefined;
}

customElements.define('vigie-events-page', EventsPage);
