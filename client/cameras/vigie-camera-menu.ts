/** `<vigie-camera-menu>`: the three dots of a camera. Fires `vigie-camera-action` with the chosen action. */

import { LitElement, css, type TemplateResult } from 'lit';
import { actionMenu, type MenuItem } from '../ui/icon-button.ts';
import type { CameraAction } from './vigie-camera-actions.ts';

/** Actions that the right `control` allows. */
const OF_CONTROL: ReadonlySet<CameraAction> = new Set(['switch', 'settings', 'group']);
const GROUP: MenuItem<CameraAction> = {
  action: 'group',
  icon: 'sliders',
  label: 'Group…',
  testId: 'camera-group',
};
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
  static override properties = {
    label: {},
    administrator: { type: Boolean },
    groups: { type: Boolean },
    off: { type: Boolean },
  };
  declare label: string;
  /** Offers every action; otherwise only those that the right `control` allows. */
  declare administrator: boolean;
  /** On the wall, whose cameras are in groups. */
  declare groups: boolean;
  /** The camera is switched off. */
  declare off: boolean;

  constructor() {
    super();
    this.label = '';
    this.administrator = false;
    this.groups = false;
    this.off = false;
  }

  protected override render(): TemplateResult {
    return actionMenu<CameraAction>(
      `Actions for ${this.label}`,
      'camera-menu-button',
      [
        {
          action: 'switch',
          icon: 'power',
          label: this.off ? 'Switch on…' : 'Switch off…',
          testId: 'switch-camera',
        } as const,
        ...(this.groups ? [GROUP] : []),
        ...ITEMS,
      ].filter(({ action }) => this.administrator || OF_CONTROL.has(action)),
      (detail) => this.dispatchEvent(new CustomEvent('vigie-camera-action', { detail })),
    );
  }
}

customElements.define('vigie-camera-menu', CameraMenu);
