/** `<vigie-firmware-upload>`: chooses a firmware file and sends it. Fires `vigie-uploaded` with the image. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import type { FirmwareImageView } from '../../server/wire/firmware.ts';
import { MAX_FIRMWARE_BYTES } from '../../server/wire/camera-protocol.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { sharedStyles } from '../ui/shared-styles.ts';

export class FirmwareUpload extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
      }
      .sending {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      wa-progress-bar {
        flex: 1;
        --track-height: 0.6rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    progress: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** 0 … 1 of the file has been sent; null while none is. */
  declare protected progress: number | null;
  declare protected error: string | null;
  readonly #input = createRef<HTMLInputElement>();
  #sending: AbortController | undefined;

  constructor() {
    super();
    this.progress = null;
    this.error = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sending?.abort();
  }

  protected override render(): TemplateResult {
    return html`
      <input
        type="file"
        accept=".bin,application/octet-stream"
        hidden
        data-testid="firmware-file"
        ${ref(this.#input)}
        @change=${this.#onChosen}
      />
      ${
        this.progress === null
          ? html`<div>
              <wa-button
                variant="brand"
                data-testid="upload-firmware"
                @click=${() => this.#input.value?.click()}
              >
                <wa-icon slot="start" name="upload"></wa-icon>Upload firmware
              </wa-button>
            </div>`
          : html`<div class="sending" data-testid="uploading">
              <wa-progress-bar
                value=${Math.round(this.progress * 100)}
                label="Uploading the firmware"
              ></wa-progress-bar>
              <wa-button size="s" appearance="plain" @click=${() => this.#sending?.abort()}>Cancel</wa-button>
            </div>`
      }
      ${errorCallout(this.error, 'upload-error')}
    `;
  }

  readonly #onChosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file may be chosen again.
    if (file) void this.#send(file).finally(() => (input.value = ''));
  };

  async #send(file: File): Promise<void> {
    this.error = null;
    if (file.size > MAX_FIRMWARE_BYTES) {
      this.error = 'The file is larger than 4 MiB, the most that a camera can store.';
      return;
    }
    const sending = new AbortController();
    this.#sending = sending;
    this.progress = 0;
    try {
      const onProgress = (part: number): void => {
        this.progress = part;
      };
      const { api } = this.context;
      const image = await api.upload('POST /api/firmware', file, onProgress, sending.signal);
      this.dispatchEvent(new CustomEvent<FirmwareImageView>('vigie-uploaded', { detail: image }));
    } catch (error) {
      if (!sending.signal.aborted) this.error = errorText(error);
    } finally {
      this.progress = null;
    }
  }
}

customElements.define('vigie-firmware-upload', FirmwareUpload);
