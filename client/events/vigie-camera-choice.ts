/**
 * `<vigie-camera-choice>`: the cameras that a webhook or a notification is for: all of them, including new ones, or some.
 */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import { checkedOf, valueOf } from '../ui/field-value.ts';

export class VigieCameraChoice extends LitElement {
  static override styles = [
    fieldsetStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
      }
      fieldset {
        padding-left: 1.6rem;
      }
    `,
  ];
  static override properties = {
    cameras: { attribute: false },
    cameraIds: { attribute: false },
    all: { state: true },
  };
  /** The cameras to choose from. */
  declare cameras: readonly CameraView[];
  /** The choice at the start; empty: all cameras. */
  declare cameraIds: readonly string[];
  declare protected all: boolean;
  #chosen = new Set<string>();

  constructor() {
    super();
    this.cameras = [];
    this.cameraIds = [];
    this.all = true;
  }

  /** @returns the chosen cameras, empty for all; undefined while some are wanted and none is chosen */
  get choice(): string[] | undefined {
    if (this.all) return [];
    const chosen = this.cameras.map(({ id }) => id).filter((id) => this.#chosen.has(id));
    return chosen.length > 0 ? chosen : undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('cameraIds')) return;
    this.#chosen = new Set(this.cameraIds);
    this.all = this.cameraIds.length === 0;
  }

  protected override render(): TemplateResult {
    return html`<wa-checkbox
        ?checked=${this.all}
        data-testid="all-cameras"
        @change=${(event: Event) => (this.all = checkedOf(event))}
        >All cameras, including new ones</wa-checkbox
      >${this.all ? nothing : this.#list()}`;
  }

  #list(): TemplateResult {
    const options = this.cameras.map(({ id, name }) => ({
      value: id,
      label: name,
      checked: this.#chosen.has(id),
    }));
    return html`<fieldset class="long" @change=${this.#onChange}>
      ${checkboxList('camera', 'chosen-camera', options)}
    </fieldset>`;
  }

  readonly #onChange = (event: Event): void => {
    if (checkedOf(event)) this.#chosen.add(valueOf(event));
    else this.#chosen.delete(valueOf(event));
  };
}

customElements.define('vigie-camera-choice', VigieCameraChoice);
