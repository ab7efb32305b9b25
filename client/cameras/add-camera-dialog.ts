/** Adds a camera: asks for its name, then shows what it needs to connect, and waits for it. */

import { html, type TemplateResult } from 'lit';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';
import './vigie-camera-key.ts';
import './vigie-connect-watch.ts';
import './vigie-pairing-code.ts';

export class AddCameraDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, camera: { state: true } };
  declare protected camera: CameraWithKey | null;
  protected override readonly testId = 'add-camera-dialog';
  protected override submitLabel = 'Add camera';

  constructor() {
    super();
    this.camera = null;
  }

  override show(): void {
    this.camera = null;
    super.show();
  }

  override hide(): void {
    this.camera = null;
    super.hide();
  }

  protected override heading(): string {
    return this.camera ? `Connect “${this.camera.name}”` : 'Add camera';
  }

  protected override fields(): TemplateResult {
    return html`<wa-input
      name="name"
      label="Name"
      hint="For example “Front door”."
      required
      maxlength="64"
      autocomplete="off"
      autofocus
      data-testid="camera-name-input"
    ></wa-input>`;
  }

  protected override outcome(): TemplateResult | null {
    if (!this.camera) return null;
    return html`
      <vigie-connect-watch .context=${this.context} .cameraId=${this.camera.id}></vigie-connect-watch>
      <vigie-pairing-code .context=${this.context} .cameraId=${this.camera.id}></vigie-pairing-code>
      <vigie-camera-key .context=${this.context} .camera=${this.camera}></vigie-camera-key>
    `;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    this.camera = await this.context.api.call('POST /api/cameras', { body: { name: textOf(form, 'name') } });
    return true;
  }
}

customElements.define('vigie-add-camera-dialog', AddCameraDialog);
