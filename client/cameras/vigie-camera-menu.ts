/** `<vigie-camera-menu>`: the three dots of a camera. Fires `vigie-camera-action` with what was chosen. */

import { LitElement, css, type TemplateResult } from 'lit';
import { actionMenu, type MenuItem } from '../ui/icon-button.ts';
import type { CameraAction } from './vigie-camera-actions.ts';

const ITEMS: readonly MenuItem<CameraAction>[] = [
  { action: 'settings', icon: 'sliders', label: 'Settings', testId: 'camera-settings' },
  { action: 'rename', icon: 'pencil', label: 'Rename', testId: 'rename-camera' },
  { action: 'motion', icon: 'eye', label: 'Motion detection', testId: 'camera-motion' },
  { action: 'sensors', icon: 'sensor', label: 'Sensors', testId: 'camera-sensors' },
  { action: 'pair', icon: 'key', label: 'New pairing code', testId: 'pair-camera' },
  { action: 'rotateKey', icon: 'key', label: 'New key', testId: 'rotate-key' },
  { action: 'remove', icon: 'trash', label: 'Remove', testId: 'remove-camera', danger: true },
];

export class CameraMenu extends LitElement {
  static override styles = css`
    :host {
      display: inline-block;
    }
    wa-icon {
      font-size: 1.2rem;
    }
    wa-button::part(base) {
      color: inherit;
    }
  `;
  static override properties = { label: {}, administrator: { type: Boolean } };
  declare label: string;
  /** Offers everything, else only what the right to control allows. */
  declare administrator: boolean;

  constructor() {
    super();
    this.label = '';
    this.administrator = false;
  }

  protected override render(): TemplateResult {
    return actionMenu<CameraAction>(
      `Actions for ${this.label}`,
      'camera-menu-button',
      ITEMS.filter(({ action }) => this.administrator || action === 'settings'),
      (detail) => this.dispatchEvent(new CustomEvent('vigie-camera-action', { detail })),
    );
  }
}

customElements.define('vigie-camera-menu', CameraMenu);
