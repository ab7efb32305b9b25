/** Asks for how long recordings are kept: until the storage is full, or for a number of days. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { RetentionView } from '../../server/wire/recording.ts';
import { valueOf } from '../ui/field-value.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import { clockWords } from './recording-losses.ts';

const FIRST_DAYS = 30;

export class RetentionDialog extends FormDialog {
  static override properties = { ...FormDialog.properties, limited: { state: true } };
  /** Kept for a number of days. */
  declare protected limited: boolean;
  protected override readonly testId = 'retention-dialog';
  #days = FIRST_DAYS;
  #clock: string | null = null;
  #save: ((keepDays: number | null) => Promise<void>) | undefined;

  constructor() {
    super();
    this.limited = false;
  }

  /** @param save what it throws is shown in the dialog */
  showFor(
    { keepDays, waitingForClock }: RetentionView,
    save: (keepDays: number | null) => Promise<void>,
  ): void {
    this.#clock = waitingForClock && clockWords(waitingForClock.remainingMs);
    this.limited = keepDays !== null;
    this.#days = keepDays ?? FIRST_DAYS;
    this.#save = save;
    this.show();
  }

  protected override heading(): string {
    return 'How long recordings are kept';
  }

  protected override fields(): TemplateResult {
    return html`
      <wa-select
        label="Keep recordings"
        value=${this.limited ? 'days' : 'full'}
        data-testid="retention-kind"
        @change=${(event: Event) => (this.limited = valueOf(event) === 'days')}
      >
        <wa-option value="full">Until the storage is full</wa-option>
        <wa-option value="days">For a number of days</wa-option>
      </wa-select>
      ${
        this.limited
          ? html`<wa-input
                name="days"
                type="number"
                label="Days"
                hint="Older recordings and pictures of events are deleted. Protected recordings stay."
                min="1"
                max="3650"
                step="1"
                required
                value=${String(this.#days)}
                data-testid="retention-days"
              ></wa-input
              >${this.#clock === null ? nothing : html`<p data-testid="retention-clock">${this.#clock}</p>`}`
          : nothing
      }
      <p class="quiet">When the storage is full, the oldest recordings are deleted in either case.</p>
    `;
  }

  protected override async submit(form: FormData): Promise<void> {
    await this.#save?.(this.limited ? Number(textOf(form, 'days')) : null);
  }
}

customElements.define('vigie-retention-dialog', RetentionDialog);
