/**
 * `<vigie-camera-actions>`: the actions on a camera, with their dialogs, once per page. Menus call `run`.
 *
 * @fires vigie-removed - a camera was removed here; detail: its id
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { AppContext } from '../app-context.ts';
import { NEW_CODE_STAKE, NEW_KEY_STAKE, removalStake } from './camera-losses.ts';
import type { CameraSettingsDialog } from './camera-settings-dialog.ts';
import './connect-dialog.ts';
import type { ConnectDialog } from './connect-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import './pairing-dialog.ts';
import type { PairingDialog } from './pairing-dialog.ts';
import './rename-camera-dialog.ts';
import type { RenameCameraDialog } from './rename-camera-dialog.ts';
import './rotate-key-dialog.ts';
import './switch-dialog.ts';
import type { SwitchDialog } from './switch-dialog.ts';
import '../events/sensors-dialog.ts';
import type { SensorsDialog } from '../events/sensors-dialog.ts';
import type { Reachable } from '../routing/routes.ts';
import type { RotateKeyDialog } from './rotate-key-dialog.ts';

export type CameraAction =
  | 'group'
  | 'connect'
  | 'switch'
  | 'settings'
  | 'rename'
  | 'rotateKey'
  | 'pair'
  | 'motion'
  | 'sensors'
  | 'remove';

export class CameraActions extends LitElement {
  static override styles = css`
    wa-callout {
      position: fixed;
      z-index: 20;
      inset: auto 1rem 5rem;
      width: fit-content;
      margin-inline: auto;
    }
  `;
  static override properties = { context: { attribute: false }, error: { state: true } };
  declare context: AppContext;
  declare protected error: string | null;
  readonly #settings = createRef<CameraSettingsDialog>();
  readonly #connect = createRef<ConnectDialog>();
  readonly #switch = createRef<SwitchDialog>();
  readonly #rename = createRef<RenameCameraDialog>();
  readonly #rotateKey = createRef<RotateKeyDialog>();
  readonly #pair = createRef<PairingDialog>();
  readonly #sensors = createRef<SensorsDialog>();
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    this.error = null;
  }

  run(action: CameraAction, camera: CameraView): void {
    const { api } = this.context;
    const params = { cameraId: camera.id };
    switch (action) {
      case 'group':
        // The wall's: it is a matter of what is shown there.
        break;
      case 'connect':
        this.#connect.value?.showResult(camera);
        break;
      case 'switch':
        this.switchFor(camera);
        break;
      case 'settings':
        void this.#showSettings(camera);
        break;
      case 'rename':
        this.#rename.value?.showFor(camera);
        break;
      case 'rotateKey':
        this.#confirm.value?.ask({
          heading: `New key for “${camera.name}”?`,
          stake: NEW_KEY_STAKE,
          action: 'Create new key',
          run: async () => {
            const result = await api.call('POST /api/cameras/:cameraId/key', { params });
            this.#rotateKey.value?.showResult(result);
          },
        });
        break;
      case 'pair':
        this.#confirm.value?.ask({
          heading: `Pairing code for “${camera.name}”?`,
          stake: NEW_CODE_STAKE,
          action: 'Create pairing code',
          run: async () => this.#pair.value?.showResult(camera),
        });
        break;
      case 'motion':
        this.#go({ page: 'motion', cameraId: camera.id });
        break;
      case 'sensors':
        this.#sensors.value?.showFor(camera);
        break;
      case 'remove':
        this.#confirm.value?.ask({
          heading: `Remove “${camera.name}”?`,
          stake: api.call('GET /api/cameras/:cameraId/losses', { params }).then(removalStake),
          action: 'Remove camera',
          run: async (withRecordings) => {
            const query = { recordings: withRecordings ? 'deleted' : 'kept' } as const;
            await api.call('DELETE /api/cameras/:cameraId', { params, query });
            this.dispatchEvent(new CustomEvent('vigie-removed', { detail: camera.id }));
          },
        });
        break;
    }
  }

  /** @param camera null: all cameras */
  switchFor(camera: CameraView | null): void {
    void this.#switch.value?.showFor(camera);
  }

  #go(detail: Reachable): void {
    this.dispatchEvent(new CustomEvent('vigie-go', { detail, bubbles: true, composed: true }));
  }

  /** Rarely used, so it is loaded on demand. */
  async #showSettings(camera: CameraView): Promise<void> {
    this.error = null;
    try {
      await import('./camera-settings-dialog.ts');
    } catch {
      this.error = 'The settings cannot be loaded: the server does not answer.';
      return;
    }
    this.requestUpdate();
    await this.updateComplete;
    this.#settings.value?.showFor(camera);
  }

  protected override render(): TemplateResult {
    const { context } = this;
    return html`
      ${errorCallout(this.error, 'actions-error')}
      ${
        customElements.get('vigie-camera-settings-dialog')
          ? html`<vigie-camera-settings-dialog
              .context=${context}
              ${ref(this.#settings)}
            ></vigie-camera-settings-dialog>`
          : nothing
      }
      <vigie-connect-dialog
        .context=${context}
        @vigie-camera-action=${({ detail }: CustomEvent<[CameraAction, CameraView]>) => this.run(...detail)}
        ${ref(this.#connect)}
      ></vigie-connect-dialog>
      <vigie-switch-dialog .context=${context} ${ref(this.#switch)}></vigie-switch-dialog>
      <vigie-rename-camera-dialog .context=${context} ${ref(this.#rename)}></vigie-rename-camera-dialog>
      <vigie-rotate-key-dialog .context=${context} ${ref(this.#rotateKey)}></vigie-rotate-key-dialog>
      <vigie-pairing-dialog .context=${context} ${ref(this.#pair)}></vigie-pairing-dialog>
      <vigie-sensors-dialog .context=${context} ${ref(this.#sensors)}></vigie-sensors-dialog>
      <vigie-confirm-dialog .context=${context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }
}

customElements.define('vigie-camera-actions', CameraActions);
