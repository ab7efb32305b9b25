/**
 * `<vigie-confirm-dialog>`: asks before an action that deletes something. The only dialog for that.
 *
 * Invariants: it always names the losses, and acts only after they were on the screen; if the losses cannot be looked up, it says
 * so and does nothing.
 */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import { errorText } from '../http/api-error.ts';
import { checkedOf } from './field-value.ts';
import { FormDialog } from './form-dialog.ts';
import { lossList, type Losses } from './loss-list.ts';

/** The losses of an action, and what it keeps. */
export interface Stake {
  lost: Losses;
  /** Data that stay, and side effects. */
  note?: string;
  /** An option to delete more, with its losses. */
  option?: { label: string; lost: Losses; note?: string };
}

export interface Confirmation {
  heading: string;
  /** A promise if it needs a request to the server. */
  stake: Stake | Promise<Stake>;
  /** The button's label, a verb. */
  action: string;
  /** @param withOption the option was ticked */
  run: (withOption: boolean) => Promise<void>;
}

export class ConfirmDialog extends FormDialog {
  static override properties = { ...FormDialog.properties, stake: { state: true }, ticked: { state: true } };
  /** Null while it is looked up. */
  declare protected stake: Stake | null;
  declare protected ticked: boolean;
  protected override readonly testId = 'confirm-dialog';
  protected override submitVariant = 'danger' as const;
  #confirmation: Confirmation | null = null;
  #answer: ((agreed: boolean) => void) | undefined;

  constructor() {
    super();
    this.stake = null;
    this.ticked = false;
  }

  ask(confirmation: Confirmation): void {
    this.#confirmation = confirmation;
    this.submitLabel = confirmation.action;
    this.stake = confirmation.stake instanceof Promise ? null : confirmation.stake;
    this.ticked = false;
    this.show();
    void this.#lookUp(confirmation);
  }

  /** @returns whether it was agreed to, once the dialog is closed */
  confirms(question: Omit<Confirmation, 'run'>): Promise<boolean> {
    this.#answer?.(false);
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.ask({ ...question, run: async () => this.#answered(true) });
    });
  }

  override hide(): void {
    super.hide();
    this.#answered(false);
  }

  protected override get isReady(): boolean {
    return this.stake !== null;
  }

  protected override heading(): string {
    return this.#confirmation?.heading ?? '';
  }

  protected override fields(): TemplateResult {
    const { stake } = this;
    if (!stake)
      return html`<p class="quiet" role="status">${this.error ? '' : 'Looking up what would be lost…'}</p>`;
    const { option } = stake;
    const { lost, note } = (this.ticked && option) || stake;
    return html`
      ${lossList(lost)} ${note ? html`<p class="quiet" data-testid="kept">${note}</p>` : nothing}
      ${
        option
          ? html`<wa-checkbox
              ?checked=${this.ticked}
              data-testid="confirm-option"
              @change=${(event: Event) => (this.ticked = checkedOf(event))}
              >${option.label}</wa-checkbox
            >`
          : nothing
      }
    `;
  }

  protected override async submit(): Promise<void> {
    await this.#confirmation?.run(this.ticked);
  }

  #answered(agreed: boolean): void {
    this.#answer?.(agreed);
    this.#answer = undefined;
  }

  async #lookUp(confirmation: Confirmation): Promise<void> {
    try {
      const stake = await confirmation.stake;
      // Closed meanwhile, and opened for something else.
      if (this.#confirmation === confirmation) this.stake = stake;
    } catch (error) {
      if (this.#confirmation === confirmation)
        this.error = `The losses could not be determined, so nothing was done. ${errorText(error)}`;
    }
  }
}

customElements.define('vigie-confirm-dialog', ConfirmDialog);
