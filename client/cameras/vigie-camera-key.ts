/** `<vigie-camera-key>`: the data that a camera needs to connect, shown once after it was added or its key rotated. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import '../ui/vigie-copy-field.ts';
import { cameraCommand, cameraConfiguration } from '../devices/device-commands.ts';
import '../devices/vigie-server-address.ts';
import type { ServerAddress } from '../devices/vigie-server-address.ts';

export class CameraKey extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 1rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    camera: { attribute: false },
    server: { state: true },
  };
  declare context: AppContext;
  declare camera: CameraWithKey;
  /** Null: not known yet. */
  declare protected server: ServerAddress | null;

  constructor() {
    super();
    this.server = null;
  }

  protected override render(): TemplateResult {
    const { id, key } = this.camera;
    return html`
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        Copy the key now: it is not shown again. Anyone who has it can send pictures as this camera.
      </wa-callout>
      <vigie-copy-field label="Camera ID" .value=${id} data-testid="camera-id"></vigie-copy-field>
      <vigie-copy-field label="Key" .value=${key} data-testid="camera-key"></vigie-copy-field>
      <vigie-server-address
        .context=${this.context}
        @vigie-server-address=${({ detail }: CustomEvent<ServerAddress>) => (this.server = detail)}
      ></vigie-server-address>
      ${this.server ? this.#configuration(this.server) : nothing}
    `;
  }

  #configuration({ origin, authorityFile }: ServerAddress): TemplateResult {
    return html`
      <vigie-copy-field
        label="Firmware configuration"
        .value=${cameraConfiguration(origin, this.camera)}
        data-testid="camera-configuration"
      >
      </vigie-copy-field>
      ${
        authorityFile === null
          ? nothing
          : html`<p class="quiet">
              The camera must trust the certificate of this server. See
              <a href=${routePath({ page: 'secure' })} target="_blank">Secure connection</a>.
            </p>`
      }
      <vigie-copy-field
        label="Or test with a virtual camera"
        .value=${cameraCommand(origin, this.camera, authorityFile)}
        data-testid="camera-command"
      ></vigie-copy-field>
    `;
  }
}

customElements.define('vigie-camera-key', CameraKey);
