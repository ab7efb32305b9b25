/** Puts a camera into a group of the wall, which this device shows by itself. */

import { html, type TemplateResult } from 'lit';
import type { CameraView } from '../../server/wire/camera.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { WallChoice } from './wall-choice.ts';

export class GroupDialog extends FormDialog<WallChoice> {
  static override properties = { ...FormDialog.properties, camera: { state: true } };
  declare protected camera: CameraView | null;
  protected override readonly testId = 'group-dialog';

  constructor() {
    super();
    this.camera = null;
  }

  showFor(camera: CameraView): void {
    this.camera = camera;
    this.show();
  }

  protected override heading(): string {
    return `Group of “${this.camera?.name ?? ''}”`;
  }

  protected override fields(): TemplateResult {
    return html`<wa-input
      name="group"
      label="Group"
      hint="For example “Garden”. Leave empty for none. Groups are kept on this device."
      maxlength="32"
      autocomplete="off"
      autofocus
      value=${this.camera ? (this.context.groupOf(this.camera.id) ?? '') : ''}
      data-testid="group-name"
    ></wa-input>`;
  }

  protected override async submit(form: FormData): Promise<void> {
    if (this.camera) this.context.setGroup(this.camera.id, textOf(form, 'group'));
  }
}

customElements.define('vigie-group-dialog', GroupDialog);
