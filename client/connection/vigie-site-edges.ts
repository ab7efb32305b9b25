/**
 * `<vigie-site-edges>`: the edges that show this site's cameras, for administrators, who can drop one. Nothing is shown
 * where the server is no site with edges.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { EdgeView, SiteEdgesView } from '../../server/wire/site-edges.ts';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { rowListStyles } from '../ui/row-list.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { edgeText, siteEdgesText } from './edge-words.ts';

const REFRESH_MS = 5_000;

export class VigieSiteEdges extends LitElement {
  static override styles = [
    sharedStyles,
    rowListStyles,
    css`
      section {
        display: grid;
        gap: 0.5rem;
      }
      .rows > li.bad .state {
        color: var(--wa-color-danger-on-quiet);
      }
      .none {
        padding: 0.9rem 1.1rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    view: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected view: SiteEdgesView | null;
  declare protected error: string | null;
  readonly #confirm = createRef<ConfirmDialog>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.view = null;
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#load(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { view } = this;
    if (!view || view.state === 'off') return nothing;
    return html`<section data-testid="site-edges">
      <h2>Edges of ${view.site}</h2>
      <p class="quiet" data-testid="site-edges-state">${siteEdgesText(view)}</p>
      ${errorCallout(this.error, 'site-edges-error', () => void this.#load())}
      ${
        view.edges.length === 0
          ? html`<p class="card none quiet">No edge has connected yet.</p>`
          : html`<ul class="card rows">
              ${view.edges.map((edge) => this.#row(edge, view.software))}
            </ul>`
      }
      <vigie-confirm-dialog .context=${this.context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    </section>`;
  }

  #row(edge: EdgeView, software: string): TemplateResult {
    const { name, status } = edge;
    const isDropped = status === 'dropped';
    return html`<li
      class=${status === 'connected' ? '' : 'bad'}
      data-testid="edge-row"
      data-name=${name}
      data-status=${status}
    >
      <div class="what">
        <strong>${name}</strong>
        <p class="quiet state">${edgeText(edge, software, this.context.live.clock.nowMs())}</p>
      </div>
      <wa-button
        size="s"
        appearance="plain"
        data-testid=${isDropped ? 'admit-edge' : 'drop-edge'}
        @click=${() => (isDropped ? void this.#set(name, false) : this.#drop(name))}
        >${isDropped ? 'Admit' : 'Drop'}</wa-button
      >
    </li>`;
  }

  #drop(name: string): void {
    this.#confirm.value?.ask({
      heading: `Drop “${name}”?`,
      stake: {
        lost: ['Everything that is watched through it: it gets nothing of this site from now on'],
        note: 'If its machine may be in wrong hands, also remove its user from NATS, and change the passwords that were typed there.',
      },
      action: 'Drop edge',
      run: (): Promise<void> => this.#change(name, true),
    });
  }

  async #set(name: string, dropped: boolean): Promise<void> {
    try {
      await this.#change(name, dropped);
    } catch (error) {
      this.error = errorText(error);
    }
  }

  async #change(edge: string, dropped: boolean): Promise<void> {
    this.view = await this.context.api.call('PUT /api/edges/:edge', { params: { edge }, body: { dropped } });
    this.error = null;
  }

  async #load(): Promise<void> {
    try {
      this.view = await this.context.api.call('GET /api/edges');
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-site-edges', VigieSiteEdges);
