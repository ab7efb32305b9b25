/** The uploaded firmware, the firmware of each camera, and updates. For administrators. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CameraView } from '../../server/wire/camera.ts';
import type { FirmwareImageView } from '../../server/wire/firmware.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import './update-camera-dialog.ts';
import type { UpdateCameraDialog } from './update-camera-dialog.ts';
import { FirmwareDirectory } from './firmware-directory.ts';
import { boardName, megabytes } from './update-text.ts';
import './vigie-camera-firmware.ts';
import type { CameraFirmwareAction } from './vigie-camera-firmware.ts';
import './vigie-firmware-upload.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { iconButton } from '../ui/icon-button.ts';
import { listen } from '../ui/listen.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { firmwarePageStyles } from './firmware-page.styles.ts';

const SHOWN_HASH_CHARACTERS = 8;

export class FirmwarePage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, firmwarePageStyles];
  static override properties = { context: { attribute: false }, error: { state: true } };
  declare context: AppContext;
  declare protected error: string | null;
  readonly #updateDialog = createRef<UpdateCameraDialog>();
  readonly #confirm = createRef<ConfirmDialog>();
  #directory: FirmwareDirectory | undefined;

  constructor() {
    super();
    this.error = null;
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const directory = new FirmwareDirectory(this.context.api, this.context.live);
    this.#directory = directory;
    directory.on('change', () => {
      this.error = null;
      this.requestUpdate();
    });
    directory.on('error', (error) => (this.error = errorText(error)));
    void directory.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#directory?.close();
  }

  protected override render(): TemplateResult {
    const { context } = this;
    const images = this.#directory?.images;
    return html`
      ${pageHeader({
        title: 'Firmware',
        intro: 'Upload a firmware version, then install it on your cameras over the air.',
      })}
      ${errorCallout(this.error, 'firmware-error', () => void this.#directory?.load())}
      <vigie-firmware-upload .context=${context} @vigie-uploaded=${() => void this.#directory?.load()}>
      </vigie-firmware-upload>
      ${
        images && images.length > 0
          ? html`<ul class="card" data-testid="firmware-images">
              ${images.map((image) => this.#imageRow(image))}
            </ul>`
          : nothing
      }
      ${
        images?.length === 0
          ? html`<p class="quiet" data-testid="no-firmware">
              No firmware uploaded. Upload <code>vigie-camera.bin</code> from the build folder of the
              firmware.
            </p>`
          : nothing
      }
      <h2>Cameras</h2>
      ${this.#cameraList(context.live.cameras.all ?? [])}
      <vigie-update-camera-dialog .context=${context} ${ref(this.#updateDialog)}></vigie-update-camera-dialog>
      <vigie-confirm-dialog .context=${context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #imageRow(image: FirmwareImageView): TemplateResult {
    const { version, target, bytes, sha256, createdAtMs } = image;
    const { time } = this.context.siteZone;
    return html`<li class="image" data-testid="firmware-image" data-version=${version}>
      <div>
        <strong>${version}</strong> <span class="quiet">for ${boardName(target)}</span>
        <p class="quiet">
          ${megabytes(bytes)} · ${time.date(createdAtMs)}${time.zoneBeside(createdAtMs)} ·
          <code title="SHA-256: ${sha256}">${sha256.slice(0, SHOWN_HASH_CHARACTERS)}</code>
        </p>
      </div>
      ${iconButton({
        icon: 'trash',
        label: `Delete ${version} for ${boardName(target)}`,
        testId: 'delete-firmware',
        onClick: () => this.#askToDelete(image),
      })}
    </li>`;
  }

  #cameraList(cameras: readonly CameraView[]): TemplateResult {
    if (cameras.length === 0) return html`<p class="quiet">There are no cameras yet.</p>`;
    const hasImages = (this.#directory?.images?.length ?? 0) > 0;
    return html`<ul class="card" data-testid="firmware-cameras">
      ${cameras.map(
        (camera) =>
          html`<li>
            <vigie-camera-firmware
              data-testid="camera-firmware"
              data-camera-id=${camera.id}
              .camera=${camera}
              .firmware=${this.#directory?.find(camera.id)}
              .hasImages=${hasImages}
              @vigie-firmware-action=${({ detail }: CustomEvent<CameraFirmwareAction>) => this.#run(detail, camera)}
            ></vigie-camera-firmware>
          </li>`,
      )}
    </ul>`;
  }

  #run(action: CameraFirmwareAction, { id, name }: CameraView): void {
    const firmware = this.#directory?.find(id);
    if (action === 'clear') void this.#clear(id);
    else if (firmware) this.#updateDialog.value?.showFor(name, firmware, this.#directory?.images ?? []);
  }

  async #clear(cameraId: string): Promise<void> {
    try {
      await this.context.api.call('DELETE /api/cameras/:cameraId/update', { params: { cameraId } });
      this.error = null;
    } catch (error) {
      this.error = errorText(error);
    }
  }

  #askToDelete({ id, version, target, bytes }: FirmwareImageView): void {
    this.#confirm.value?.ask({
      heading: `Delete ${version} for ${boardName(target)}?`,
      stake: {
        lost: [`The file of version ${version} (${megabytes(bytes)})`],
        note: 'Cameras that run this version keep it. To install it on other cameras, upload it again.',
      },
      action: 'Delete firmware',
      run: async () => {
        await this.context.api.call('DELETE /api/firmware/:imageId', { params: { imageId: id } });
        await this.#directory?.load();
      },
    });
  }
}

customElements.define('vigie-firmware-page', FirmwarePage);
