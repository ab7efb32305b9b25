/** Shows a new pairing code for an existing camera. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { ResultDialog } from '../ui/result-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-connect-watch.ts';
import './vigie-pairing-code.ts';

export class PairingDialog extends ResultDialog<AppContext, CameraView> {
  protected override readonly testId = 'pairing-dialog';

  protected override heading(): string {
    return `Pairing code for “${this.result?.name ?? ''}”`;
  }

  protected override view({ id, status }: CameraView): TemplateResult {
    // While the camera is connected, another device waits for the code.
    return html`${status === 'online' ? nothing : html`<vigie-connect-watch .context=${this.context} .cameraId=${id}></vigie-connect-watch>`}
      <vigie-pairing-code .context=${this.context} .cameraId=${id}></vigie-pairing-code>`;
  }
}

customElements.define('vigie-pairing-dialog', PairingDialog);
