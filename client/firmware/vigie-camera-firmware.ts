/** `<vigie-camera-firmware>`: a camera's firmware, the progress of its update, and the buttons for both. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import type { CameraFirmwareView, UpdateView } from '../../server/wire/firmware.ts';
import type { CameraView } from '../../server/wire/camera.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { boardName, updateText } from './update-text.ts';

/** `update`: another firmware is wanted. `clear`: the update shown is to be cancelled or dismissed. */
export type CameraFirmwareAction = 'update' | 'clear';

export class CameraFirmwareRow extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        padding: 0.9rem 1.1rem;
      }
      .line {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem;
      }
      .what {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .what strong {
        font-weight: 600;
      }
      p {
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
      .state {
        min-width: 0;
      }
      wa-button {
        flex: none;
      }
      .success {
        color: var(--wa-color-success-on-quiet);
      }
      .danger {
        color: var(--wa-color-danger-on-quiet);
      }
      wa-progress-bar {
        --track-height: 0.5rem;
      }
    `,
  ];
  static override properties = {
    camera: { attribute: false },
    firmware: { attribute: false },
    hasImages: { attribute: false },
  };
  declare camera: CameraView;
  declare firmware: CameraFirmwareView | undefined;
  /** Whether there is anything to update to. */
  declare hasImages: boolean;

  protected override render(): TemplateResult {
    const { camera, firmware } = this;
    const update = firmware?.update;
    const busy =
      update?.state === 'offered' || update?.state === 'downloading' || update?.state === 'restarting';
    const blocked = !firmware || firmware.obstacle !== null || !this.hasImages || busy;
    return html`
      <div class="line">
        <div class="what">
          <strong>${camera.name}</strong>
          <p class="quiet" data-testid="camera-version">${this.#describe()}</p>
        </div>
        ${
          firmware?.obstacle
            ? nothing
            : html`<wa-button
                size="s"
                appearance="outlined"
                ?disabled=${blocked}
                data-testid="update-camera"
                @click=${() => this.#fire('update')}
                >Update to…</wa-button
              >`
        }
      </div>
      ${
        firmware?.obstacle
          ? html`<p class="quiet" data-testid="update-obstacle">Cannot be updated: ${firmware.obstacle}</p>`
          : nothing
      }
      ${update ? this.#update(update) : nothing}
    `;
  }

  #describe(): string {
    const { camera, firmware } = this;
    if (!firmware) return ' ';
    const { firmware: version, board, target } = firmware;
    if (version === null)
      return isAway(camera) ? 'Not connected since the server started' : 'Version unknown';
    const hardware = [board, target && boardName(target)].filter(Boolean).join(', ');
    const state = isAway(camera) ? ' · offline' : '';
    return `${version || 'No version'}${hardware && ` · ${hardware}`}${state}`;
  }

  #update(view: UpdateView): TemplateResult {
    const { text, tone, progress, action } = updateText(view);
    return html`
      ${
        progress === undefined
          ? nothing
          : html`<wa-progress-bar
              label="Update of ${this.camera.name}"
              value=${Math.round((progress ?? 0) * 100)}
              ?indeterminate=${progress === null}
            ></wa-progress-bar>`
      }
      <div class="line">
        <p class="state ${tone}" role="status" data-testid="update-state" data-state=${view.state}>${text}</p>
        ${
          action
            ? html`<wa-button
                size="s"
                appearance="plain"
                data-testid="clear-update"
                @click=${() => this.#fire('clear')}
                >${action}</wa-button
              >`
            : nothing
        }
      </div>
    `;
  }

  #fire(action: CameraFirmwareAction): void {
    this.dispatchEvent(new CustomEvent<CameraFirmwareAction>('vigie-firmware-action', { detail: action }));
  }
}

function isAway({ status }: CameraView): boolean {
  return status === 'offline' || status === 'never';
}

customElements.define('vigie-camera-firmware', CameraFirmwareRow);
