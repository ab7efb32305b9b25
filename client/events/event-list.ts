/** `<vigie-event-list>`: the latest events of a camera, kept up to date while it is looked at. Nothing where nothing ever happened. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EventView } from '../../server/wire/event.ts';
import { thumbnailPath } from '../api.ts';
import type { AppContext } from '../app-context.ts';
import { sharedStyles } from '../style/shared-styles.ts';
import { routePath } from '../routes.ts';
import { eventText } from './event-text.ts';

const SHOWN = 20;
/** How often "5 min ago" is looked at again. */
const REFRESH_MS = 10_000;

export class EventList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      h2 {
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
      img,
      .no-picture {
        flex: none;
        width: 5.5rem;
        aspect-ratio: 4 / 3;
        border-radius: 0.3rem;
        object-fit: cover;
        background: var(--wa-color-neutral-fill-quiet);
      }
      .no-picture {
        display: grid;
        place-items: center;
        color: var(--wa-color-text-quiet);
      }
      li + li {
        border-top: 1px solid var(--wa-color-surface-border);
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
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    events: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected events: readonly EventView[];
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.cameraId = '';
    this.events = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('cameraId') || changed.has('context')) this.#follow();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.events.length === 0) return nothing;
    const nowUs = this.context.live.clock.nowUs();
    const nowMs = nowUs === null ? Date.now() : nowUs / 1000;
    return html`<section aria-labelledby="heading" data-testid="events">
      <h2 id="heading">Latest events</h2>
      <ol class="card" aria-live="polite" aria-relevant="additions">
        ${this.events.map((event) => this.#event(event, nowMs))}
      </ol>
    </section>`;
  }

  #event(event: EventView, nowMs: number): TemplateResult {
    const { what, where, when } = eventText(event, nowMs);
    const started = new Date(event.startedAtMs);
    const { cameraId, startedAtMs: atMs } = event;
    return html`<li class=${event.endedAtMs === null ? 'lasting' : ''} data-testid="event">
      <a href=${routePath({ page: 'recordings', cameraId, atMs })}>
        ${this.#picture(event)}
        <span class="what">${what} <span class="quiet">${where}</span></span>
        <time class="quiet" datetime=${started.toISOString()} title=${started.toLocaleString()}>${when}</time>
      </a>
    </li>`;
  }

  #picture({ cameraId, id, kind, source, thumbnail }: EventView): TemplateResult {
    if (thumbnail) return html`<img src=${thumbnailPath(cameraId, id)} alt="" loading="lazy" />`;
    const icon = kind === 'offline' ? 'power' : source === 'sensor' ? 'sensor' : 'eye';
    return html`<span class="no-picture"><wa-icon name=${icon}></wa-icon></span>`;
  }

  #follow(): void {
    this.#stop();
    this.events = [];
    const { signaling } = this.context.live;
    const refresh = setInterval(() => this.requestUpdate(), REFRESH_MS);
    this.#stops = [
      () => clearInterval(refresh),
      signaling.on('event', (event) => {
        if (event.cameraId === this.cameraId) this.#take([event]);
      }),
      // What happened while the line was down.
      signaling.on('state', (state) => {
        if (state === 'open') void this.#load();
      }),
    ];
    void this.#load();
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #load(): Promise<void> {
    const { cameraId } = this;
    try {
      const events = await this.context.api.events(cameraId, { limit: SHOWN });
      if (cameraId === this.cameraId) this.#take(events);
    } catch {
      // The picture is what counts; the list comes with the next connection.
    }
  }

  /** An event that has ended does not go on again, and what has a picture keeps it, in whichever order the two ways bring it. */
  #take(news: readonly EventView[]): void {
    const byId = new Map(this.events.map((event) => [event.id, event]));
    for (const event of news) {
      const known = byId.get(event.id);
      const isOlder =
        known &&
        ((known.endedAtMs !== null && event.endedAtMs === null) || (known.thumbnail && !event.thumbnail));
      if (!isOlder) byId.set(event.id, event);
    }
    this.events = [...byId.values()].toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, SHOWN);
  }
}

customElements.define('vigie-event-list', EventList);
