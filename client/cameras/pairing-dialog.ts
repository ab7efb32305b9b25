/** A new pairing code for a camera there is, after having said what it does. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { FormDialog } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-pairing-code.ts';

export class PairingDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, camera: { state: true }, wanted: { state: true } };
  declare protected camera: CameraView | null;
  declare protected wanted: boolean;
  protected override readonly testId = 'pairing-dialog';
  protected override submitLabel = 'Create pairing code';

  constructor() {
    super();
    this.camera = null;
    this.wanted = false;
  }

  showFor(camera: CameraView): void {
    this.camera = camera;
    this.wanted = false;
    this.show();
  }

  override hide(): void {
    this.wanted = false;
    super.hide();
  }

  protected override heading(): string {
    return `Pairing code for “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    return html`<p>
      The code is valid for 15 minutes. The camera that uses it gets a new key, and the current key stops
      working.
    </p>`;
  }

  protected override outcome(): TemplateResult | null {
    if (!this.wanted || !this.camera) return null;
    return html`
      <vigie-pairing-code .context=${this.context} .cameraId=${this.camera.id}></vigie-pairing-code>
    `;
  }

  protected override submit(): Promise<boolean> {
    this.wanted = true;
    return Promise.resolve(true);
  }
}

customElements.define('vigie-pairing-dialog', PairingDialog);
