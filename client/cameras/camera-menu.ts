/** `<vigie-camera-menu>`: the three dots of a camera. Fires `vigie-camera-action` with what was chosen. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import type { CameraAction } from './camera-actions.ts';

export class CameraMenu extends LitElement {
  static override styles = css`
    :host {
      display: inline-block;
    }
    [slot='trigger'] wa-icon {
      font-size: 1.2rem;
    }
    wa-button::part(base) {
      color: inherit;
    }
  `;
  static override properties = { label: {} };
  declare label: string;

  constructor() {
    super();
    this.label = '';
  }

  protected override render(): TemplateResult {
    return html`
      <wa-dropdown placement="bottom-end" @wa-select=${this.#onSelect} data-testid="camera-menu">
        <wa-button slot="trigger" size="s" appearance="plain" data-testid="camera-menu-button">
          <wa-icon name="ellipsis" label="Change ${this.label}"></wa-icon>
        </wa-button>
        <wa-dropdown-item value="settings" data-testid="camera-settings">
          <wa-icon slot="icon" name="sliders"></wa-icon>Settings
        </wa-dropdown-item>
        <wa-dropdown-item value="rename" data-testid="rename-camera">
          <wa-icon slot="icon" name="pencil"></wa-icon>Rename
        </wa-dropdown-item>
        <wa-dropdown-item value="rotateKey" data-testid="rotate-key">
          <wa-icon slot="icon" name="key"></wa-icon>New key
        </wa-dropdown-item>
        <wa-dropdown-item value="pair" data-testid="pair-camera">
          <wa-icon slot="icon" name="key"></wa-icon>New pairing code
        </wa-dropdown-item>
        <wa-dropdown-item value="motion" data-testid="camera-motion">
          <wa-icon slot="icon" name="eye"></wa-icon>Motion
        </wa-dropdown-item>
        <wa-dropdown-item value="sensors" data-testid="camera-sensors">
          <wa-icon slot="icon" name="sensor"></wa-icon>Sensors
        </wa-dropdown-item>
        <wa-dropdown-item value="remove" variant="danger" data-testid="remove-camera">
          <wa-icon slot="icon" name="trash"></wa-icon>Remove
        </wa-dropdown-item>
      </wa-dropdown>
    `;
  }

  readonly #onSelect = (event: CustomEvent<{ item: { value: CameraAction } }>): void => {
    this.dispatchEvent(new CustomEvent('vigie-camera-action', { detail: event.detail.item.value }));
  };
}

customElements.define('vigie-camera-menu', CameraMenu);
