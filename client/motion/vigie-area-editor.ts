/**
 * `<vigie-area-editor>`: zones and masks over the picture in its slot. The selected area has a handle at each corner and one in
 * the middle of each side, for mouse, finger and keyboard (arrows move a corner, Delete removes it). While `drawing` is set,
 * clicks in the picture place corners; the first one, or Enter, closes the outline; Escape cancels.
 *
 * Fires `vigie-outline` {id, outline} when one has changed, `vigie-select` {id}, and `vigie-drawn` {outline | null}.
 */

import { LitElement, html, nothing, svg, type PropertyValues, type TemplateResult } from 'lit';
import type { MotionArea } from '../../server/wire/motion.ts';
import {
  MIDDLE,
  middleOf,
  MIN_CORNERS,
  movedCorner,
  pointAt,
  splitSide,
  withCorner,
  withoutCorner,
  type Outline,
  type Point,
} from './outline.ts';
import { areaEditorStyles } from './vigie-area-editor.styles.ts';

const KEY_STEP = 0.01;

export class VigieAreaEditor extends LitElement {
  static override styles = areaEditorStyles;
  static override properties = {
    zones: { attribute: false },
    masks: { attribute: false },
    selected: {},
    drawing: {},
    minArea: { attribute: false },
    outline: { state: true },
    hover: { state: true },
  };
  declare zones: readonly MotionArea[];
  declare masks: readonly MotionArea[];
  /** The id of the one with handles. */
  declare selected: string | null;
  /** The kind that is being drawn; null: none. */
  declare drawing: 'zone' | 'mask' | null;
  /** Shown as a square of that share of the picture; null: not shown. */
  declare minArea: number | null;
  /** The corners drawn so far. */
  declare protected outline: Outline;
  declare protected hover: Point | null;
  #dragged: { index: number; pointerId: number } | undefined;

  constructor() {
    super();
    this.zones = [];
    this.masks = [];
    this.selected = null;
    this.drawing = null;
    this.minArea = null;
    this.outline = [];
    this.hover = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('drawing')) this.outline = [];
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('drawing') && this.drawing) this.renderRoot.querySelector<HTMLElement>('.frame')?.focus();
  }

  protected override render(): TemplateResult {
    const selected = [...this.zones, ...this.masks].find(({ id }) => id === this.selected);
    return html`<div
      class="frame ${this.drawing ? 'drawing' : ''}"
      tabindex=${this.drawing ? 0 : -1}
      role="group"
      aria-label=${this.drawing ? 'Click to place corners. Enter finishes, Escape cancels.' : 'Zones and masks'}
      data-testid="area-editor"
      @pointerdown=${this.#onPress}
      @pointermove=${this.#onMove}
      @pointerup=${this.#onRelease}
      @pointercancel=${this.#onRelease}
      @keydown=${this.#onKey}
    >
      <slot></slot>
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <pattern
            id="hatched"
            width="0.025"
            height="0.025"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="0.011" height="0.025"></rect>
          </pattern>
        </defs>
        ${this.masks.map((area) => this.#polygon('mask', area))}
        ${this.zones.map((area) => this.#polygon('zone', area))} ${this.#unfinished()}
      </svg>
      ${this.#smallest()}
      ${this.drawing ? this.#drawnCorners() : selected ? this.#handles(selected) : nothing}
    </div>`;
  }

  #polygon(kind: 'zone' | 'mask', { id, points }: MotionArea): TemplateResult {
    return svg`<polygon
      class="${kind} ${id === this.selected ? 'selected' : ''}"
      points=${pointsText(points)}
      @pointerdown=${(event: PointerEvent) => this.#select(event, id)}
    ></polygon>`;
  }

  #unfinished(): TemplateResult | typeof nothing {
    if (!this.drawing || this.outline.length === 0) return nothing;
    const points = this.hover ? [...this.outline, this.hover] : this.outline;
    return svg`<polyline class="${this.drawing} unfinished" points=${pointsText(points)}></polyline>`;
  }

  #drawnCorners(): TemplateResult[] {
    return this.outline.map((corner, index) => {
      const closes = index === 0 && this.outline.length >= MIN_CORNERS;
      return html`<button
        class="corner ${closes ? 'closes' : ''}"
        .style=${placeOf(corner)}
        aria-label=${closes ? 'Finish outline' : `Corner ${index + 1}`}
        ?disabled=${!closes}
        data-testid=${closes ? 'close-outline' : 'drawn-corner'}
        @pointerdown=${(event: Event) => event.stopPropagation()}
        @click=${() => this.#finish(this.outline)}
      ></button>`;
    });
  }

  #handles({ id, name, points }: MotionArea): TemplateResult {
    return html`${points.map(
      (corner, index) =>
        html`<button
          class="corner"
          .style=${placeOf(corner)}
          aria-label="Corner ${index + 1} of ${name}"
          data-testid="corner"
          @pointerdown=${(event: PointerEvent) => this.#grab(event, index)}
          @keydown=${(event: KeyboardEvent) => this.#onCornerKey(event, id, points, index)}
        ></button>`,
    )}
    ${points.map(
      (_corner, index) =>
        html`<button
          class="middle"
          .style=${placeOf(middleOf(points, index))}
          aria-label="Add corner after corner ${index + 1} of ${name}"
          data-testid="split-side"
          @pointerdown=${(event: Event) => event.stopPropagation()}
          @click=${() => this.#change(id, splitSide(points, index))}
        ></button>`,
    )}`;
  }

  #smallest(): TemplateResult | typeof nothing {
    if (this.minArea === null) return nothing;
    const side = `${Math.sqrt(this.minArea) * 100}%`;
    return html`<div
      class="smallest"
      .style=${`width: ${side}; height: ${side}`}
      data-testid="smallest"
    ></div>`;
  }

  readonly #onPress = (event: PointerEvent): void => {
    if (!this.drawing || event.button !== 0) return;
    event.preventDefault();
    this.outline = withCorner(this.outline, this.#pointOf(event));
  };

  readonly #onMove = (event: PointerEvent): void => {
    if (this.drawing) this.hover = this.#pointOf(event);
    if (this.#dragged?.pointerId !== event.pointerId) return;
    const area = this.#selectedArea();
    if (area) this.#change(area.id, movedCorner(area.points, this.#dragged.index, this.#pointOf(event)));
  };

  readonly #onRelease = (event: PointerEvent): void => {
    if (this.#dragged?.pointerId === event.pointerId) this.#dragged = undefined;
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!this.drawing) return;
    if (event.key === 'Escape') this.#finish(null);
    // Without a corner so far, the user draws with the keyboard.
    else if (event.key === 'Enter' && this.outline.length === 0) this.#finish(MIDDLE);
    else if (event.key === 'Enter' && this.outline.length >= MIN_CORNERS) this.#finish(this.outline);
    else if (event.key === 'Backspace') this.outline = this.outline.slice(0, -1);
    else return;
    event.preventDefault();
  };

  #onCornerKey(event: KeyboardEvent, id: string, outline: Outline, index: number): void {
    const [x, y] = outline[index] ?? [0, 0];
    const step = event.shiftKey ? 5 * KEY_STEP : KEY_STEP;
    const changed: Record<string, () => Outline> = {
      ArrowLeft: () => movedCorner(outline, index, pointAt(x - step, y)),
      ArrowRight: () => movedCorner(outline, index, pointAt(x + step, y)),
      ArrowUp: () => movedCorner(outline, index, pointAt(x, y - step)),
      ArrowDown: () => movedCorner(outline, index, pointAt(x, y + step)),
      Delete: () => withoutCorner(outline, index),
      Backspace: () => withoutCorner(outline, index),
    };
    const change = changed[event.key];
    if (!change) return;
    event.preventDefault();
    this.#change(id, change());
  }

  #grab(event: PointerEvent, index: number): void {
    event.stopPropagation();
    this.renderRoot.querySelector('.frame')?.setPointerCapture(event.pointerId);
    this.#dragged = { index, pointerId: event.pointerId };
  }

  #select(event: PointerEvent, id: string): void {
    if (this.drawing) return;
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent('vigie-select', { detail: { id } }));
  }

  #change(id: string, outline: Outline): void {
    this.dispatchEvent(new CustomEvent('vigie-outline', { detail: { id, outline } }));
  }

  #finish(outline: Outline | null): void {
    this.dispatchEvent(new CustomEvent('vigie-drawn', { detail: { outline } }));
  }

  #selectedArea(): MotionArea | undefined {
    return [...this.zones, ...this.masks].find(({ id }) => id === this.selected);
  }

  #pointOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.getBoundingClientRect();
    return pointAt((clientX - left) / width, (clientY - top) / height);
  }
}

function pointsText(points: Outline): string {
  return points.map(([x, y]) => `${x},${y}`).join(' ');
}

function placeOf([x, y]: Point): string {
  return `left: ${x * 100}%; top: ${y * 100}%`;
}

customElements.define('vigie-area-editor', VigieAreaEditor);
