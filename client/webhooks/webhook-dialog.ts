/** Adds a webhook, or changes one. The secret of a new one is shown once. */

import { css, html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { EventKind } from '../../server/wire/event.ts';
import type { WebhookMoment, WebhookSettings, WebhookView } from '../../server/wire/webhook.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import '../ui/copy-field.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';

export class WebhookDialog extends FormDialog<AppContext> {
  static override styles = [
    ...FormDialog.styles,
    css`
      fieldset {
        display: grid;
        gap: 0.5rem;
        max-height: 12rem;
        margin: 0;
        padding: 0;
        overflow-y: auto;
        border: 0;
      }
      legend {
        padding: 0 0 0.4rem;
        font-weight: 600;
      }
    `,
  ];
  static override properties = {
    ...FormDialog.properties,
    webhook: { state: true },
    secret: { state: true },
    everywhere: { state: true },
  };
  /** Null: a new one. */
  declare protected webhook: WebhookView | null;
  /** To be shown, this once. */
  declare protected secret: string | null;
  /** At all cameras. */
  declare protected everywhere: boolean;
  protected override readonly testId = 'webhook-dialog';

  constructor() {
    super();
    this.webhook = null;
    this.secret = null;
    this.everywhere = true;
  }

  showFor(webhook: WebhookView | null): void {
    this.webhook = webhook;
    this.secret = null;
    this.everywhere = (webhook?.cameraIds.length ?? 0) === 0;
    this.submitLabel = webhook ? 'Save' : 'Add webhook';
    this.show();
  }

  showSecret(webhook: WebhookView, secret: string): void {
    this.webhook = webhook;
    this.secret = secret;
    this.show();
  }

  override hide(): void {
    this.secret = null;
    super.hide();
  }

  protected override heading(): string {
    return this.webhook ? `Webhook “${this.webhook.name}”` : 'Add a webhook';
  }

  protected override fields(): TemplateResult {
    const { webhook } = this;
    return html`
      <wa-input
        name="name"
        label="Name"
        hint="What is told, for example “Home Assistant”."
        required
        maxlength="64"
        autocomplete="off"
        value=${webhook?.name ?? ''}
        data-testid="webhook-name"
      ></wa-input>
      <wa-input
        name="url"
        type="url"
        label="Address"
        hint="Where it is told, beginning with https:// or http://"
        required
        maxlength="2048"
        autocomplete="off"
        value=${webhook?.url ?? ''}
        data-testid="webhook-url"
      ></wa-input>
      <fieldset>
        <legend>What is told</legend>
        ${Object.entries(EVENT_KINDS).map(
          ([kind, name]) =>
            html`<wa-checkbox
              name="kind"
              value=${kind}
              ?checked=${webhook ? webhook.kinds.includes(kind as EventKind) : kind === 'motion'}
              >${name}</wa-checkbox
            >`,
        )}
      </fieldset>
      <wa-select
        name="moment"
        label="When"
        value=${webhook?.moment ?? 'started'}
        data-testid="webhook-moment"
      >
        <wa-option value="started">When it begins</wa-option>
        <wa-option value="ended">When it is over</wa-option>
        <wa-option value="both">Both times</wa-option>
      </wa-select>
      ${this.#cameras()}
    `;
  }

  protected override outcome(): TemplateResult | null {
    if (this.secret === null) return null;
    return html`<div class="outcome">
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        The secret is shown only this once. The receiver checks with it that a message comes from Vigie, by
        the rules of Standard Webhooks.
      </wa-callout>
      <vigie-copy-field label="Secret" .value=${this.secret} data-testid="webhook-secret"></vigie-copy-field>
      <div class="actions">
        <wa-button variant="brand" @click=${() => this.hide()} data-testid="dialog-done">Done</wa-button>
      </div>
    </div>`;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    const { api } = this.context;
    const kinds = form.getAll('kind').map(String) as EventKind[];
    if (kinds.length === 0) throw new Error('Choose what is to be told.');
    const settings: WebhookSettings = {
      name: textOf(form, 'name'),
      url: textOf(form, 'url'),
      cameraIds: this.everywhere ? [] : form.getAll('camera').map(String),
      kinds,
      moment: textOf(form, 'moment') as WebhookMoment,
      enabled: this.webhook?.enabled ?? true,
    };
    if (!this.everywhere && settings.cameraIds.length === 0) throw new Error('Choose at least one camera.');
    if (this.webhook) {
      const params = { webhookId: this.webhook.id };
      await api.call('PUT /api/webhooks/:webhookId', { params, body: settings });
    } else {
      const { secret, ...webhook } = await api.call('POST /api/webhooks', { body: settings });
      this.webhook = webhook;
      this.secret = secret;
    }
    this.dispatchEvent(new Event('vigie-saved'));
    return this.secret !== null;
  }

  #cameras(): TemplateResult {
    const cameras = this.context.live.cameras.all ?? [];
    return html`<wa-checkbox
        ?checked=${this.everywhere}
        data-testid="webhook-everywhere"
        @change=${({ target }: Event) => (this.everywhere = (target as HTMLInputElement).checked)}
        >At all cameras, also those added later</wa-checkbox
      >
      ${
        this.everywhere
          ? nothing
          : html`<fieldset>
              ${cameras.map(
                ({ id, name }) =>
                  html`<wa-checkbox
                    name="camera"
                    value=${id}
                    ?checked=${this.webhook?.cameraIds.includes(id) ?? false}
                    data-testid="webhook-camera"
                    >${name}</wa-checkbox
                  >`,
              )}
            </fieldset>`
      }`;
  }
}

customElements.define('vigie-webhook-dialog', WebhookDialog);
