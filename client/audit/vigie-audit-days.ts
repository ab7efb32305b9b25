/** `<vigie-audit-days>`: how long the audit log is kept. */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { AppContext } from '../app-context.ts';
import { errorText } from '../http/api-error.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { valueOf } from '../ui/field-value.ts';
import { sharedStyles } from '../ui/shared-styles.ts';

const CHOICES: readonly (readonly [days: number, name: string])[] = [
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
  [180, '180 days'],
  [365, '1 year'],
  [3650, '10 years'],
];

export class VigieAuditDays extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      section {
        display: grid;
        gap: 0.5rem;
        margin-top: 2rem;
        padding: 1.1rem;
      }
      wa-select {
        max-width: 14rem;
      }
    `,
  ];
  static override properties = {
    context: { attribute: false },
    days: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  /** Null while unknown. */
  declare protected days: number | null;
  declare protected error: string | null;

  constructor() {
    super();
    this.days = null;
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#do(async () => (await this.context.api.call('GET /api/audit/settings')).days);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { days, error } = this;
    if (days === null) return error === null ? nothing : errorCallout(error, 'audit-days-error');
    const isListed = CHOICES.some(([each]) => each === days);
    // Programs may set any number.
    const choices = isListed ? CHOICES : [[days, `${days} days`] as const, ...CHOICES];
    return html`<section class="card">
      <wa-select
        label="Keep entries for"
        value=${String(days)}
        data-testid="audit-days"
        @change=${(event: Event) => void this.#keep(Number(valueOf(event)))}
      >
        ${choices.map(([each, name]) => html`<wa-option value=${String(each)}>${name}</wa-option>`)}
      </wa-select>
      <p class="quiet">Older entries are deleted.</p>
      ${errorCallout(error, 'audit-days-error')}
    </section>`;
  }

  #keep(days: number): Promise<void> {
    return this.#do(
      async () => (await this.context.api.call('PUT /api/audit/settings', { body: { days } })).days,
    );
  }

  async #do(ask: () => Promise<number>): Promise<void> {
    this.error = null;
    try {
      this.days = await ask();
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

customElements.define('vigie-audit-days', VigieAuditDays);
