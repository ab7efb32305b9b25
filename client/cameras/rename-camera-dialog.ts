/** Gives a camera another name. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';

export class RenameCameraDialog extends FormDialog<AppContext> {
  static override properties = { ...FormDialog.properties, camera: { state: true } };
  declare protected camera: CameraView | null;
  protected override readonly testId = 'rename-camera-dialog';
  protected override submitLabel = 'Rename';

  constructor() {
    super();
    this.camera = null;
  }

  showFor(camera: CameraView): void {
    this.camera = camera;
    this.show();
  }

  protected override heading(): string {
    return 'Rename camera';
  }

  protected override fields(): TemplateResult {
    return html`<wa-input
      name="name"
      label="Name"
      value=${this.camera?.name ?? ''}
      required
      maxlength="64"
      autocomplete="off"
      autofocus
      data-testid="camera-name-input"
    ></wa-input>`;
  }

  protected override async submit(form: FormData): Promise<void> {
    if (!this.camera) return;
    const params = { cameraId: this.camera.id };
    await this.context.api.call('PATCH /api/cameras/:cameraId', {
      params,
      body: { name: textOf(form, 'name') },
    });
  }
}

customElements.define('vigie-rename-camera-dialog', RenameCameraDialog);
