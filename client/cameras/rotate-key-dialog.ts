/** Gives a camera a new key, after having said what that means, and shows it once. */

import { html, type TemplateResult } from 'lit';
import type { CameraView, CameraWithKey } from '../../server/wire/camera.ts';
import { FormDialog } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-camera-key.ts';

export class RotateKeyDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, camera: { state: true }, result: { state: true } };
  declare protected camera: CameraView | null;
  declare protected result: CameraWithKey | null;
  protected override readonly testId = 'rotate-key-dialog';
  protected override submitLabel = 'Create new key';

  constructor() {
    super();
    this.camera = null;
    this.result = null;
  }

  showFor(camera: CameraView): void {
    this.camera = camera;
    this.result = null;
    this.show();
  }

  override hide(): void {
    this.result = null;
    super.hide();
  }

  protected override heading(): string {
    return `New key for “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    return html`<p>
      The current key stops working immediately. The camera stays offline until you enter the new key on it.
    </p>`;
  }

  protected override outcome(): TemplateResult | null {
    if (!this.result) return null;
    return html` <vigie-camera-key .context=${this.context} .camera=${this.result}></vigie-camera-key> `;
  }

  protected override async submit(): Promise<boolean> {
    if (!this.camera) return false;
    this.result = await this.context.api.call('POST /api/cameras/:cameraId/key', {
      params: { cameraId: this.camera.id },
    });
    return true;
  }
}

customElements.define('vigie-rotate-key-dialog', RotateKeyDialog);
