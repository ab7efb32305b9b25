/** Shows a camera’s new key, once. */

import { html, type TemplateResult } from 'lit';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { ResultDialog } from '../ui/result-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-camera-key.ts';
import './vigie-connect-watch.ts';

export class RotateKeyDialog extends ResultDialog<AppContext, CameraWithKey> {
  protected override readonly testId = 'rotate-key-dialog';

  protected override heading(): string {
    return `New key for “${this.result?.name ?? ''}”`;
  }

  protected override view(camera: CameraWithKey): TemplateResult {
    return html`<vigie-connect-watch .context=${this.context} .cameraId=${camera.id}></vigie-connect-watch>
      <vigie-camera-key .context=${this.context} .camera=${camera}></vigie-camera-key>`;
  }
}

customElements.define('vigie-rotate-key-dialog', RotateKeyDialog);
