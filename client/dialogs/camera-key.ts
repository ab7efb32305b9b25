/** `<vigie-camera-key>`: what a camera needs to know to connect, shown once after it was added or its key rotated. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import type { CameraWithKey } from '../../server/wire/api.ts';
import { CAMERA_PATH } from '../../server/wire/camera-protocol.ts';
import { sharedStyles } from '../style/shared-styles.ts';
import '../ui/copy-field.ts';

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
  static override properties = { camera: { attribute: false } };
  declare camera: CameraWithKey;

  protected override render(): TemplateResult {
    const { id, key } = this.camera;
    const url = cameraUrl(location);
    const configuration = `VIGIE_SERVER_URL=${url}\nVIGIE_CAMERA_ID=${id}\nVIGIE_CAMERA_KEY=${key}`;
    return html`
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        The key is shown only this once. Whoever has it can send pictures as this camera.
      </wa-callout>
      <vigie-copy-field label="Camera id" .value=${id} data-testid="camera-id"></vigie-copy-field>
      <vigie-copy-field label="Key" .value=${key} data-testid="camera-key"></vigie-copy-field>
      <vigie-copy-field
        label="Firmware configuration"
        .value=${configuration}
        data-testid="camera-configuration"
      >
      </vigie-copy-field>
      <vigie-copy-field
        label="Or try it with a virtual camera"
        .value=${`npm run camera -- --url ${url} --id ${id} --key ${key}`}
        data-testid="camera-command"
      ></vigie-copy-field>
    `;
  }
}

/** Where cameras connect, as seen from this page: ws: beside http:, wss: beside https:. */
function cameraUrl({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${CAMERA_PATH}`;
}

customElements.define('vigie-camera-key', CameraKey);
