/**
 * The motion detection of a camera: areas, minimum size and duration; set up and tested over its moving picture.
 *
 * Fires `vigie-unsaved` with what leaving the page would lose, null when nothing.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type { MotionView } from '../../server/wire/motion.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { cameraTabs, cameraTabsStyles } from '../routing/camera-tabs.ts';
import { routePath } from '../routing/routes.ts';
import { errorCallout } from '../ui/error-callout.ts';
import type { Stake } from '../ui/confirm-dialog.ts';
import { checkedOf, valueOf } from '../ui/field-value.ts';
import { listen } from '../ui/listen.ts';
import { rangeInputStyles } from '../ui/range-input.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import {
  areasOf,
  hasRoom,
  isSame,
  withArea,
  withChangedArea,
  withoutArea,
  type AreaKind,
} from './motion-draft.ts';
import { motionPageStyles } from './motion-page.styles.ts';
import { MOTION_SLIDERS, type MotionSlider } from './motion-sliders.ts';
import type { Outline } from './outline.ts';
import './vigie-area-list.ts';
import './vigie-motion-picture.ts';

export class MotionPage extends LitElement {
  static override styles = [
    sharedStyles,
    pageHeaderStyles,
    cameraTabsStyles,
    rangeInputStyles,
    motionPageStyles,
  ];
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    saved: { state: true },
    draft: { state: true },
    selected: { state: true },
    drawing: { state: true },
    showsMinArea: { state: true },
    busy: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  declare protected saved: MotionView | null;
  declare protected draft: MotionView | null;
  declare protected selected: string | null;
  declare protected drawing: AreaKind | null;
  /** The minimum size is drawn into the picture while its slider is touched. */
  declare protected showsMinArea: boolean;
  declare protected busy: boolean;
  declare protected error: string | null;
  #toldUnsaved = false;

  constructor() {
    super();
    this.saved = null;
    this.draft = null;
    this.selected = null;
    this.drawing = null;
    this.showsMinArea = false;
    this.busy = false;
    this.error = null;
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#onLeave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onLeave);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('cameraId')) void this.#load();
  }

  protected override updated(): void {
    const isUnsaved = this.#isChanged;
    if (isUnsaved === this.#toldUnsaved) return;
    this.#toldUnsaved = isUnsaved;
    const detail: Stake | null = isUnsaved
      ? { lost: ['Your changes on this page, which are not saved'] }
      : null;
    this.dispatchEvent(new CustomEvent('vigie-unsaved', { detail, bubbles: true, composed: true }));
  }

  protected override render(): TemplateResult {
    const name = this.context.live.cameras.find(this.cameraId)?.name ?? 'Camera';
    return html`
      ${pageHeader({
        title: `${name}: motion detection`,
        testId: 'motion-title',
        back: { href: routePath({ page: 'setup', cameraId: this.cameraId }), label: 'Set-up' },
        actions: this.#saveButtons(),
      })}
      ${cameraTabs(this.context.live.cameras.find(this.cameraId), 'setup')}
      ${errorCallout(this.error, 'motion-error')}
      ${this.draft ? html`<div class="content">${this.#picture(this.draft)} ${this.#settings(this.draft)}</div>` : nothing}
    `;
  }

  #saveButtons(): TemplateResult {
    const changed = this.#isChanged;
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

  get #isChanged(): boolean {
    return this.draft !== null && this.saved !== null && !isSame(this.draft, this.saved);
  }

  #picture(draft: MotionView): TemplateResult {
    return html`<vigie-motion-picture
      .context=${this.context}
      .cameraId=${this.cameraId}
      .saved=${this.saved}
      .draft=${draft}
      .selected=${this.selected}
      .drawing=${this.drawing}
      .showsMinArea=${this.showsMinArea}
      @vigie-select=${({ detail }: CustomEvent<{ id: string }>) => (this.selected = detail.id)}
      @vigie-outline=${({ detail }: CustomEvent<{ id: string; outline: Outline }>) =>
        (this.draft = withChangedArea(draft, detail.id, { outline: detail.outline }))}
      @vigie-drawn=${({ detail }: CustomEvent<{ outline: Outline | null }>) => this.#drawn(draft, detail.outline)}
    ></vigie-motion-picture>`;
  }

  #settings(draft: MotionView): TemplateResult {
    return html`<div class="settings">
      <wa-switch
        ?checked=${draft.enabled}
        data-testid="motion-enabled"
        @change=${(event: Event) => (this.draft = { ...draft, enabled: checkedOf(event) })}
        >Detect motion</wa-switch
      >
      ${MOTION_SLIDERS.map((slider) => this.#slider(draft, slider))} ${this.#areas(draft, 'zone')}
      ${
        draft.zones.length > 1
          ? html`<wa-switch
              ?checked=${draft.separateZones}
              data-testid="separate-zones"
              @change=${(event: Event) => (this.draft = { ...draft, separateZones: checkedOf(event) })}
              >Separate events for each zone</wa-switch
            >`
          : nothing
      }
      ${this.#areas(draft, 'mask')}
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
        @focus=${() => (this.showsMinArea = marks)}
        @blur=${() => (this.showsMinArea = false)}
        @pointerdown=${() => (this.showsMinArea = marks)}
        @input=${(event: Event) => (this.draft = { ...draft, [name]: toValue(Number(valueOf(event))) })}
      />
      <span class="hint">${hint}</span>
    </label>`;
  }

  #areas(draft: MotionView, kind: AreaKind): TemplateResult {
    return html`<vigie-area-list
      .kind=${kind}
      .areas=${areasOf(draft, kind)}
      ?drawing=${this.drawing === kind}
      ?full=${!hasRoom(draft, kind)}
      @vigie-draw=${({ detail }: CustomEvent<{ kind: AreaKind | null }>) => {
        this.selected = null;
        this.drawing = detail.kind;
      }}
      @vigie-select=${({ detail }: CustomEvent<{ id: string }>) => (this.selected = detail.id)}
      @vigie-rename=${({ detail }: CustomEvent<{ id: string; name: string }>) =>
        (this.draft = withChangedArea(draft, detail.id, { name: detail.name }))}
      @vigie-remove=${({ detail }: CustomEvent<{ id: string }>) => (this.draft = withoutArea(draft, detail.id))}
    ></vigie-area-list>`;
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

  async #load(): Promise<void> {
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
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.#isChanged) event.preventDefault();
  };
}

customElements.define('vigie-motion-page', MotionPage);
