/** Shows a new pairing code for an existing camera. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { ResultDialog } from '../ui/result-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-pairing-code.ts';

export class PairingDialog extends ResultDialog<AppContext, CameraView> {
  protected override readonly testId = 'pairing-dialog';

  protected override heading(): string {
    return `Pairing code for “${this.result?.name ?? ''}”`;
  }

  protected override view({ id }: CameraView): TemplateResult {
    return html`<vigie-pairing-code .context=${this.context} .cameraId=${id}></vigie-pairing-code>`;
  }
}

customElements.define('vigie-pairing-dialog', PairingDialog);
