/** How a camera that was added connects, for who has closed the dialog in which its key was shown. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { ResultDialog } from '../ui/result-dialog.ts';
import '../ui/vigie-copy-field.ts';
import type { AppContext } from '../app-context.ts';
import '../devices/vigie-server-address.ts';
import './vigie-connect-watch.ts';

export class ConnectDialog extends ResultDialog<AppContext, CameraView> {
  protected override readonly testId = 'connect-dialog';

  protected override heading(): string {
    return `Connect “${this.result?.name ?? ''}”`;
  }

  protected override view({ id }: CameraView): TemplateResult {
    return html`
      <vigie-connect-watch .context=${this.context} .cameraId=${id}></vigie-connect-watch>
      <p>
        On the camera’s setup page, enter the server, the camera ID, and the key that was shown when the
        camera was added. With a pairing code in place of ID and key, there is less to type.
      </p>
      <vigie-server-address .context=${this.context}></vigie-server-address>
      <vigie-copy-field label="Camera ID" .value=${id} data-testid="camera-id"></vigie-copy-field>
      <div class="actions">
        <wa-button appearance="outlined" data-testid="connect-new-key" @click=${() => this.#ask('rotateKey')}
          >The key is lost: new key</wa-button
        >
        <wa-button appearance="outlined" data-testid="connect-pair" @click=${() => this.#ask('pair')}
          >Pairing code</wa-button
        >
      </div>
    `;
  }

  #ask(detail: 'rotateKey' | 'pair'): void {
    this.dispatchEvent(new CustomEvent('vigie-camera-action', { detail: [detail, this.result] }));
    this.hide();
  }
}

customElements.define('vigie-connect-dialog', ConnectDialog);
