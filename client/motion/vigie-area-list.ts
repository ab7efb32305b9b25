/**
 * `<vigie-area-list>`: the zones or the masks of a camera, to be named, removed, and drawn.
 *
 * Fires `vigie-draw` {kind | null} to begin or cancel drawing, `vigie-select` {id}, `vigie-rename` {id, name}, and
 * `vigie-remove` {id}.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { MotionArea } from '../../server/wire/motion.ts';
import { valueOf } from '../ui/field-value.ts';
import { hiddenLabelStyles } from '../ui/hidden-label.ts';
import { iconButton } from '../ui/icon-button.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import type { AreaKind } from './motion-draft.ts';

const WORDS: Readonly<Record<AreaKind, { heading: string; hint: string; draw: string; name: string }>> = {
  zone: {
    heading: 'Zones',
    hint: 'Only motion inside a zone is detected. Without zones, the whole picture is used.',
    draw: 'Add zone',
    name: 'Zone name',
  },
  mask: {
    heading: 'Masks',
    hint: 'Motion inside a mask is ignored, and so are detections of analysers there. Cover trees, streets, or a clock in the picture.',
    draw: 'Add mask',
    name: 'Mask name',
  },
};

export class VigieAreaList extends LitElement {
  static override styles = [
    sharedStyles,
    hiddenLabelStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        justify-items: start;
      }
      .hint {
        color: var(--wa-color-text-quiet);
        font-size: 0.875rem;
      }
      ul {
        width: 100%;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.2rem 0;
      }
      li wa-input {
        flex: 1;
        min-width: 0;
      }
      .sample {
        flex: none;
        width: 1.3rem;
        height: 1.3rem;
        border: 2px solid #22c55e;
        border-radius: 0.3rem;
        background: rgb(34 197 94 / 0.22);
      }
      .sample.mask {
        border-color: #64748b;
        background: repeating-linear-gradient(45deg, rgb(15 23 42 / 0.75) 0 3px, transparent 3px 7px);
      }
    `,
  ];
  static override properties = {
    kind: {},
    areas: { attribute: false },
    drawing: { type: Boolean },
    full: { type: Boolean },
  };
  declare kind: AreaKind;
  declare areas: readonly MotionArea[];
  /** One of this kind is being drawn. */
  declare drawing: boolean;
  /** There may be no more of them. */
  declare full: boolean;

  constructor() {
    super();
    this.kind = 'zone';
    this.areas = [];
    this.drawing = false;
    this.full = false;
  }

  protected override render(): TemplateResult {
    const { kind, drawing } = this;
    const { heading, hint, draw } = WORDS[kind];
    return html`<h2>${heading}</h2>
      <p class="hint">
        ${drawing ? 'Click in the picture to place corners. Click the first corner to finish.' : hint}
      </p>
      <ul>
        ${repeat(
          this.areas,
          ({ id }) => id,
          (area) => this.#area(area),
        )}
      </ul>
      <wa-button
        size="s"
        appearance="outlined"
        ?disabled=${this.full}
        data-testid="draw-${kind}"
        @click=${() => this.#fire('vigie-draw', { kind: drawing ? null : kind })}
        >${drawing ? 'Cancel' : draw}</wa-button
      >`;
  }

  #area({ id, name }: MotionArea): TemplateResult {
    const { kind } = this;
    return html`<li data-testid=${kind}>
      <span class="sample ${kind}" aria-hidden="true"></span>
      <wa-input
        size="s"
        value=${name}
        maxlength="32"
        class="hidden-label"
        label=${WORDS[kind].name}
        @focus=${() => this.#fire('vigie-select', { id })}
        @change=${(event: Event) => {
          const text = valueOf(event).trim();
          if (text) this.#fire('vigie-rename', { id, name: text });
        }}
      ></wa-input>
      ${iconButton({
        icon: 'trash',
        label: `Delete ${name}`,
        testId: `remove-${kind}`,
        onClick: () => this.#fire('vigie-remove', { id }),
      })}
    </li>`;
  }

  #fire(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

customElements.define('vigie-area-list', VigieAreaList);
