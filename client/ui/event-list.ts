/** `<vigie-event-list>`: the latest events of a camera, kept up to date while it is looked at. Nothing where nothing ever happened. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EventView } from '../../server/wire/event.ts';
import type { AppContext } from '../app-context.ts';
import { sharedStyles } from '../style/shared-styles.ts';

const SHOWN = 20;
const KINDS: Readonly<Record<string, string>> = { motion: 'Motion' };

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
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 0.8rem;
        padding: 0.5rem 0;
      }
      li + li {
        border-top: 1px solid var(--wa-color-surface-border);
      }
      time {
        margin-inline-start: auto;
        font-variant-numeric: tabular-nums;
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

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops.splice(0)) stop();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('cameraId') || changed.has('context')) this.#follow();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.events.length === 0) return nothing;
    return html`<section aria-labelledby="heading" data-testid="events">
      <h2 id="heading">Latest events</h2>
      <ol class="card" aria-live="polite">
        ${this.events.map(
          ({ kind, sourceName, startedAtMs }) =>
            html`<li data-testid="event">
              <span>${KINDS[kind] ?? kind}</span><span class="quiet">${sourceName}</span>
              <time class="quiet" datetime=${new Date(startedAtMs).toISOString()}
                >${new Date(startedAtMs).toLocaleString()}</time
              >
            </li>`,
        )}
      </ol>
    </section>`;
  }

  #follow(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.events = [];
    const { signaling } = this.context.live;
    this.#stops = [
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

  async #load(): Promise<void> {
    const { cameraId } = this;
    try {
      const events = await this.context.api.events(cameraId, SHOWN);
      if (cameraId === this.cameraId) this.#take(events);
    } catch {
      // The picture is what counts; the list comes with the next connection.
    }
  }

  #take(news: readonly EventView[]): void {
    const byId = new Map([...this.events, ...news].map((event) => [event.id, event]));
    this.events = [...byId.values()].toSorted((a, b) => b.startedAtMs - a.startedAtMs).slice(0, SHOWN);
  }
}

customElements.define('vigie-event-list', EventList);
