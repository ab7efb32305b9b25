/** `<vigie-wall-filter>`: chooses which cameras the wall shows: by a search, favourites, a group, and whether they are online. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type WaInput from '@awesome.me/webawesome/dist/components/input/input.js';
import type { CameraView } from '../../server/wire/camera.ts';
import { valueOf } from '../ui/field-value.ts';
import { hiddenLabelStyles } from '../ui/hidden-label.ts';
import { iconButton } from '../ui/icon-button.ts';
import { ALL, FAVOURITES, groupValue, type WallChoice } from './wall-choice.ts';

export class WallFilter extends LitElement {
  static override styles = [
    hiddenLabelStyles,
    css`
      :host {
        display: flex;
        flex: 1 1 auto;
        align-items: center;
        gap: 0.4rem;
        min-width: 0;
      }
      wa-input {
        width: 9rem;
      }
      wa-select {
        width: 9rem;
      }
      @media (max-width: 600px) {
        wa-input,
        wa-select {
          flex: 1;
          width: auto;
          min-width: 5rem;
        }
      }
    `,
  ];
  static override properties = { choice: { attribute: false }, cameras: { attribute: false } };
  declare choice: WallChoice;
  declare cameras: readonly CameraView[];

  /** The search takes what is typed next. */
  startSearch(): void {
    this.renderRoot.querySelector<WaInput>('wa-input')?.focus();
  }

  protected override render(): TemplateResult {
    const { choice, cameras } = this;
    return html`<wa-input
        class="hidden-label"
        size="s"
        type="search"
        label="Search cameras"
        placeholder="Search"
        autocomplete="off"
        .value=${choice.search}
        data-testid="wall-search"
        @input=${(event: Event) => choice.find(valueOf(event).trim())}
      ></wa-input>
      <wa-select
        class="hidden-label"
        size="s"
        label="Cameras shown"
        value=${choice.shown}
        data-testid="wall-shown"
        @change=${(event: Event) => choice.show(valueOf(event))}
      >
        <wa-option value=${ALL}>All cameras</wa-option>
        <wa-option value=${FAVOURITES}>Favourites</wa-option>
        ${choice
          .groupsOf(cameras)
          .map((name) => html`<wa-option value=${groupValue(name)}>${name}</wa-option>`)}
      </wa-select>
      ${iconButton({
        icon: choice.hidesOffline ? 'eye-slash' : 'eye',
        label: choice.hidesOffline ? 'Show offline cameras' : 'Hide offline cameras',
        testId: 'hide-offline',
        pressed: choice.hidesOffline,
        onClick: () => choice.hideOffline(!choice.hidesOffline),
      })}`;
  }
}

customElements.define('vigie-wall-filter', WallFilter);
