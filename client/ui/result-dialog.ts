/** A dialog without questions: it shows a result, such as a key that is shown once, and forgets it when it closes. */

import { html, nothing, type TemplateResult } from 'lit';
import { FormDialog } from './form-dialog.ts';

export abstract class ResultDialog<Context, Result> extends FormDialog<Context> {
  static override properties = { ...FormDialog.properties, result: { state: true } };
  declare protected result: Result | null;

  constructor() {
    super();
    this.result = null;
  }

  showResult(result: Result): void {
    this.result = result;
    this.show();
  }

  override hide(): void {
    this.result = null;
    super.hide();
  }

  protected abstract view(result: Result): TemplateResult;

  protected override outcome(): TemplateResult {
    return html`${this.result ? this.view(this.result) : nothing}`;
  }

  protected override fields(): TemplateResult {
    return html``;
  }

  protected override async submit(): Promise<void> {}
}
