/** Asks before something is done that cannot be undone. */

import { html, type TemplateResult } from 'lit';
import { FormDialog } from './form-dialog.ts';

export interface Confirmation {
  heading: string;
  text: string;
  /** The button's label, a verb. */
  action: string;
  run: () => Promise<void>;
}

export class ConfirmDialog extends FormDialog {
  protected override readonly testId = 'confirm-dialog';
  protected override submitVariant = 'danger' as const;
  #confirmation: Confirmation | null = null;

  ask(confirmation: Confirmation): void {
    this.#confirmation = confirmation;
    this.submitLabel = confirmation.action;
    this.show();
  }

  protected override heading(): string {
    return this.#confirmation?.heading ?? '';
  }

  protected override fields(): TemplateResult {
    return html`<p>${this.#confirmation?.text}</p>`;
  }

  protected override async submit(): Promise<void> {
    await this.#confirmation?.run();
  }
}

customElements.define('vigie-confirm-dialog', ConfirmDialog);
