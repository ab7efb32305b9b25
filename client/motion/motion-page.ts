/** What of a camera's motion counts: where, how much of it, and for how long; drawn and tried over its moving picture. */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type { EventView } from '../../server/wire/event.ts';
import type { MotionArea, MotionView } from '../../server/wire/motion.ts';
import { errorText } from '../http/api-error.ts';
import { mediaPath } from '../http/request-line.ts';
import type { AppContext } from '../app-context.ts';
import {
  areasOf,
  hasRoom,
  isSame,
  withArea,
  withChangedArea,
  withoutArea,
  type AreaKind,
} from './motion-draft.ts';
import { MOTION_SLIDERS, type MotionSlider } from './motion-sliders.ts';
import type { Outline } from './outline.ts';
import './vigie-area-editor.ts';
import { routePath } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { listen } from '../ui/listen.ts';
import { motionPageStyles } from './motion-page.styles.ts';

const PREVIEW_FPS = 8;
/** After the picture has failed, before the next try. */
const RETRY_MS = 3_000;

export class MotionPage extends LitElement {
  static override styles = [sharedStyles, motionPageStyles];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    saved: { state: true },
    draft: { state: true },
    selected: { state: true },
    drawing: { state: true },
    showsSmallest: { state: true },
    busy: { state: true },
    error: { state: true },
    tries: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected saved: MotionView | null;
  declare protected draft: MotionView | null;
  declare protected selected: string | null;
  declare protected drawing: AreaKind | null;
  /** The smallest thing is drawn into the picture while its slider is touched. */
  declare protected showsSmallest: boolean;
  declare protected busy: boolean;
  declare protected error: string | null;
  /** How often the picture was asked for. */
  declare protected tries: number;
  /** Motions that go on, by event id. */
  readonly #moving = new Map<string, EventView>();
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.saved = null;
    this.draft = null;
    this.selected = null;
    this.drawing = null;
    this.showsSmallest = false;
    this.busy = false;
    this.error = null;
    this.tries = 0;
    listen(this, (update) => this.context.live.cameras.on('change', update));
    listen(this, (update) =>
      this.context.live.signaling.on('event', (event) => {
        if (event.cameraId !== this.cameraId || event.source !== 'motion') return;
        if (event.endedAtMs === null) this.#moving.set(event.id, event);
        else this.#moving.delete(event.id);
        update();
      }),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#onLeave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onLeave);
    clearTimeout(this.#retry);
    // A picture that goes on coming is a connection that stays.
    this.renderRoot.querySelector('img')?.removeAttribute('src');
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('cameraId')) void this.#load();
  }

  protected override render(): TemplateResult {
    const name = this.context.live.cameras.find(this.cameraId)?.name ?? 'Camera';
    return html`
      <header>
        <a
          class="back"
          href=${routePath({ page: 'camera', cameraId: this.cameraId })}
          aria-label="Live picture"
          ><wa-icon name="arrow-left"></wa-icon
        ></a>
        <h1 tabindex="-1" data-testid="motion-title">${name}: motion</h1>
        ${this.#saveButtons()}
      </header>
      ${this.error ? html`<wa-callout variant="danger" size="s" role="alert">${this.error}</wa-callout>` : nothing}
      ${this.draft ? html`<div class="content">${this.#picture(this.draft)} ${this.#settings(this.draft)}</div>` : nothing}
    `;
  }

  #saveButtons(): TemplateResult {
    const changed = this.draft !== null && this.saved !== null && !isSame(this.draft, this.saved);
    return html`<wa-button
        size="s"
        appearance="plain"
        ?disabled=${!changed || this.busy}
        data-testid="undo-motion"
        @click=${() => this.#undo()}
        >Undo</wa-button
      >
      <wa-button
        size="s"
        variant="brand"
        ?disabled=${!changed}
        ?loading=${this.busy}
        data-testid="save-motion"
        @click=${() => void this.#save()}
        >Save</wa-button
      >`;
  }

  #picture(draft: MotionView): TemplateResult {
    const source = mediaPath('GET /api/cameras/:cameraId/mjpeg', {
      params: { cameraId: this.cameraId },
      query: { fps: PREVIEW_FPS },
    });
    const zones = [...this.#moving.values()].flatMap((event) => event.zones);
    return html`<div class="picture">
      <div class="view">
        <vigie-area-editor
          .zones=${draft.zones}
          .masks=${draft.masks}
          .selected=${this.selected}
          .drawing=${this.drawing}
          .minArea=${this.showsSmallest ? draft.minArea : null}
          @vigie-select=${({ detail }: CustomEvent<{ id: string }>) => (this.selected = detail.id)}
          @vigie-outline=${({ detail }: CustomEvent<{ id: string; outline: Outline }>) =>
            (this.draft = withChangedArea(draft, detail.id, { outline: detail.outline }))}
          @vigie-drawn=${({ detail }: CustomEvent<{ outline: Outline | null }>) => this.#drawn(draft, detail.outline)}
        >
          ${keyed(
            this.tries,
            html`<img
              src=${source}
              alt="What the camera sees"
              draggable="false"
              @error=${() => this.#tryAgain()}
            />`,
          )}
        </vigie-area-editor>
      </div>
      <p class="now ${this.#moving.size > 0 ? 'moves' : ''}" role="status" data-testid="motion-now">
        <span aria-hidden="true"></span>${this.#nowText(zones)}
      </p>
    </div>`;
  }

  #nowText(zones: readonly string[]): string {
    if (this.#moving.size > 0)
      return zones.length > 0 ? `Motion in ${[...new Set(zones)].join(', ')}` : 'Motion';
    return this.saved?.enabled
      ? 'Nothing moves that counts. Walk by and see.'
      : 'Motion is not looked for yet.';
  }

  #settings(draft: MotionView): TemplateResult {
    return html`<div class="settings">
      <wa-switch
        ?checked=${draft.enabled}
        data-testid="motion-enabled"
        @change=${({ target }: Event) =>
          (this.draft = { ...draft, enabled: (target as HTMLElement & { checked: boolean }).checked })}
        >Notice what moves in the picture</wa-switch
      >
      ${MOTION_SLIDERS.map((slider) => this.#slider(draft, slider))}
      ${this.#areas(draft, 'zone', 'Zones', 'Only what moves in a zone counts. Without one, everything does.')}
      ${
        draft.zones.length > 1
          ? html`<wa-switch
              ?checked=${draft.separateZones}
              data-testid="separate-zones"
              @change=${({ target }: Event) =>
                (this.draft = {
                  ...draft,
                  separateZones: (target as HTMLElement & { checked: boolean }).checked,
                })}
              >Each zone has events of its own</wa-switch
            >`
          : nothing
      }
      ${this.#areas(draft, 'mask', 'Masks', 'Nothing in a mask ever counts: a tree, the street, a clock in the picture.')}
    </div>`;
  }

  #slider(
    draft: MotionView,
    { name, label, hint, toPosition, toValue, format }: MotionSlider,
  ): TemplateResult {
    const value = draft[name];
    const marks = name === 'minArea';
    return html`<label>
      <span class="label">${label}<span class="value">${format(value)}</span></span>
      <input
        type="range"
        min="0"
        max="100"
        .value=${String(toPosition(value))}
        aria-valuetext=${format(value)}
        data-testid="motion-${name}"
        @focus=${() => (this.showsSmallest = marks)}
        @blur=${() => (this.showsSmallest = false)}
        @pointerdown=${() => (this.showsSmallest = marks)}
        @input=${({ target }: Event) =>
          (this.draft = { ...draft, [name]: toValue(Number((target as HTMLInputElement).value)) })}
      />
      <span class="hint">${hint}</span>
    </label>`;
  }

  #areas(draft: MotionView, kind: AreaKind, heading: string, hint: string): TemplateResult {
    const isDrawn = this.drawing === kind;
    return html`<section>
      <h2>${heading}</h2>
      <p class="hint">
        ${isDrawn ? 'Press into the picture where the corners shall be, and at last on the first one again.' : hint}
      </p>
      <ul>
        ${repeat(
          areasOf(draft, kind),
          ({ id }) => id,
          (area) => this.#area(draft, kind, area),
        )}
      </ul>
      <div class="buttons">
        <wa-button
          size="s"
          appearance="outlined"
          ?disabled=${!hasRoom(draft, kind)}
          data-testid="draw-${kind}"
          @click=${() => {
            this.selected = null;
            this.drawing = isDrawn ? null : kind;
          }}
          >${isDrawn ? 'Give up' : `Draw a ${kind}`}</wa-button
        >
      </div>
    </section>`;
  }

  #area(draft: MotionView, kind: AreaKind, { id, name }: MotionArea): TemplateResult {
    return html`<li data-testid=${kind}>
      <span class="sample ${kind}" aria-hidden="true"></span>
      <wa-input
        size="s"
        value=${name}
        maxlength="32"
        aria-label="Name of this ${kind}"
        @focus=${() => (this.selected = id)}
        @change=${({ target }: Event) => {
          const text = (target as HTMLElement & { value: string }).value.trim();
          if (text) this.draft = withChangedArea(draft, id, { name: text });
        }}
      ></wa-input>
      <wa-button
        size="s"
        appearance="plain"
        title="Remove ${name}"
        data-testid="remove-${kind}"
        @click=${() => (this.draft = withoutArea(draft, id))}
        ><wa-icon name="trash" label="Remove ${name}"></wa-icon
      ></wa-button>
    </li>`;
  }

  #drawn(draft: MotionView, outline: Outline | null): void {
    const kind = this.drawing;
    this.drawing = null;
    if (!kind || !outline) return;
    const { view, id } = withArea(draft, kind, outline);
    this.draft = view;
    this.selected = id;
  }

  #undo(): void {
    this.draft = this.saved;
    this.selected = null;
    this.drawing = null;
  }

  #tryAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.tries++, RETRY_MS);
  }

  async #load(): Promise<void> {
    this.#moving.clear();
    try {
      this.saved = await this.context.api.call('GET /api/cameras/:cameraId/motion', {
        params: { cameraId: this.cameraId },
      });
      this.draft = this.saved;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  async #save(): Promise<void> {
    const { draft } = this;
    if (!draft) return;
    this.busy = true;
    this.error = null;
    try {
      await this.context.api.call('PUT /api/cameras/:cameraId/motion', {
        params: { cameraId: this.cameraId },
        body: draft,
      });
      this.saved = draft;
      this.#moving.clear();
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.draft && this.saved && !isSame(this.draft, this.saved)) event.preventDefault();
  };
}

customElements.define('vigie-motion-page', MotionPage);
