/** Chooses the firmware for an update of a camera. A version that is not newer needs an extra tick. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { CameraFirmwareView, FirmwareImageView } from '../../server/wire/firmware.ts';
import { compareFirmwareVersions } from '../../server/wire/firmware-version.ts';
import { boardName, megabytes } from './update-text.ts';
import { valueOf } from '../ui/field-value.ts';
import { FormDialog } from '../ui/form-dialog.ts';
import { lossList } from '../ui/loss-list.ts';
import type { AppContext } from '../app-context.ts';

export class UpdateCameraDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, chosenId: { state: true } };
  declare protected chosenId: string;
  protected override readonly testId = 'update-dialog';
  protected override submitLabel = 'Update';
  #name = '';
  #firmware: CameraFirmwareView | undefined;
  #images: readonly FirmwareImageView[] = [];

  constructor() {
    super();
    this.chosenId = '';
  }

  /** @param images all images; those for other boards are left out */
  showFor(name: string, firmware: CameraFirmwareView, images: readonly FirmwareImageView[]): void {
    this.#name = name;
    this.#firmware = firmware;
    this.#images = images
      .filter(({ target }) => firmware.target === null || target === firmware.target)
      .toSorted((a, b) => compareFirmwareVersions(b.version, a.version));
    this.chosenId = this.#images[0]?.id ?? '';
    this.show();
  }

  protected override heading(): string {
    return `Update ${this.#name}`;
  }

  protected override fields(): TemplateResult {
    if (this.#images.length === 0) {
      const board = boardName(this.#firmware?.target ?? '');
      return html`<p data-testid="no-image">
        No uploaded firmware fits this camera. It needs firmware for ${board}.
      </p>`;
    }
    return html`
      <wa-select
        label="Version"
        value=${this.chosenId}
        data-testid="update-version"
        @change=${(event: Event) => (this.chosenId = valueOf(event))}
      >
        ${this.#images.map(
          ({ id, version, target, bytes }) =>
            html`<wa-option value=${id} data-version=${version}
              >${version} · ${boardName(target)} · ${megabytes(bytes)}</wa-option
            >`,
        )}
      </wa-select>
      ${
        this.#isNewer()
          ? nothing
          : html`<wa-checkbox name="allowOlder" data-testid="allow-older"
              >Install although the camera already runs ${this.#firmware?.firmware}</wa-checkbox
            >`
      }
      ${lossList(['The picture for about a minute, also in recordings, while the camera restarts'])}
      <p class="quiet">
        The camera downloads the firmware, restarts, and reconnects, usually within a minute. If the new
        version cannot connect to this server, the camera rolls back to the previous version.
      </p>
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    const { api } = this.context;
    if (!this.#firmware || this.chosenId === '') return;
    await api.call('POST /api/cameras/:cameraId/update', {
      params: { cameraId: this.#firmware.cameraId },
      body: { imageId: this.chosenId, allowOlder: form.has('allowOlder') },
    });
  }

  #isNewer(): boolean {
    const running = this.#firmware?.firmware ?? null;
    const chosen = this.#images.find(({ id }) => id === this.chosenId);
    // A camera that has not connected yet decides when it connects.
    return running === null || !chosen || compareFirmwareVersions(chosen.version, running) > 0;
  }
}

customElements.define('vigie-update-camera-dialog', UpdateCameraDialog);
