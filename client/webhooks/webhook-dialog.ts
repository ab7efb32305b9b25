/** Adds a webhook, or changes one. The secret of a new one is shown once. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { EventKind } from '../../server/wire/event.ts';
import type { WebhookMoment, WebhookSettings, WebhookView } from '../../server/wire/webhook.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import { detectsAfter, labelsField, labelsOf } from '../events/labels-field.ts';
import type { VigieCameraChoice } from '../events/vigie-camera-choice.ts';
import '../events/vigie-camera-choice.ts';
import { checkboxList, fieldsetStyles } from '../ui/checkbox-list.ts';
import '../ui/vigie-copy-field.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import type { AppContext } from '../app-context.ts';

/** One array, so that rendering again does not reset the choice. */
const ALL_CAMERAS: readonly string[] = [];
const NO_LABELS: readonly string[] = [];

export class WebhookDialog extends FormDialog<AppContext> {
  static override styles = [...FormDialog.styles, fieldsetStyles];
  static override properties = {
    ...FormDialog.properties,
    webhook: { state: true },
    secret: { state: true },
    detects: { state: true },
  };
  /** Null: a new one. */
  declare protected webhook: WebhookView | null;
  /** To be shown, this once. */
  declare protected secret: string | null;
  /** Detections are among the ticked kinds. */
  declare protected detects: boolean;
  protected override readonly testId = 'webhook-dialog';

  constructor() {
    super();
    this.webhook = null;
    this.secret = null;
    this.detects = false;
  }

  showFor(webhook: WebhookView | null): void {
    this.webhook = webhook;
    this.secret = null;
    this.detects = webhook?.kinds.includes('detection') ?? false;
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
    return this.webhook ? `Webhook “${this.webhook.name}”` : 'Add webhook';
  }

  protected override fields(): TemplateResult {
    const { webhook } = this;
    return html`
      <wa-input
        name="name"
        label="Name"
        hint="For example “Home Assistant”."
        required
        maxlength="64"
        autocomplete="off"
        autofocus
        value=${webhook?.name ?? ''}
        data-testid="webhook-name"
      ></wa-input>
      <wa-input
        name="url"
        type="url"
        label="URL"
        hint="Begins with https:// or http://"
        required
        maxlength="2048"
        autocomplete="off"
        value=${webhook?.url ?? ''}
        data-testid="webhook-url"
      ></wa-input>
      <fieldset @change=${(event: Event) => (this.detects = detectsAfter(event) ?? this.detects)}>
        <legend>Events</legend>
        ${checkboxList(
          'kind',
          'webhook-kind',
          Object.entries(EVENT_KINDS).map(([kind, label]) => ({
            value: kind,
            label,
            checked: webhook ? webhook.kinds.includes(kind as EventKind) : kind === 'motion',
          })),
        )}
      </fieldset>
      ${this.detects ? labelsField(webhook?.labels ?? NO_LABELS) : nothing}
      <wa-select
        name="moment"
        label="Send"
        value=${webhook?.moment ?? 'started'}
        data-testid="webhook-moment"
      >
        <wa-option value="started">When an event starts</wa-option>
        <wa-option value="ended">When an event ends</wa-option>
        <wa-option value="both">At the start and at the end</wa-option>
      </wa-select>
      <vigie-camera-choice
        .cameras=${this.context.live.cameras.all ?? []}
        .cameraIds=${webhook?.cameraIds ?? ALL_CAMERAS}
      ></vigie-camera-choice>
    `;
  }

  protected override outcome(): TemplateResult | null {
    if (this.secret === null) return null;
    return html`
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        Copy the secret now: it is not shown again. The receiver uses it to verify messages from Vigie, as
        Standard Webhooks describes.
      </wa-callout>
      <vigie-copy-field label="Secret" .value=${this.secret} data-testid="webhook-secret"></vigie-copy-field>
    `;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    const { api } = this.context;
    const kinds = form.getAll('kind').map(String) as EventKind[];
    if (kinds.length === 0) throw new Error('Select at least one event type.');
    const cameraIds = this.renderRoot.querySelector<VigieCameraChoice>('vigie-camera-choice')?.choice;
    if (!cameraIds) throw new Error('Select at least one camera.');
    const settings: WebhookSettings = {
      name: textOf(form, 'name'),
      url: textOf(form, 'url'),
      cameraIds,
      kinds,
      labels: labelsOf(form, this.webhook?.labels ?? NO_LABELS),
      moment: textOf(form, 'moment') as WebhookMoment,
      enabled: this.webhook?.enabled ?? true,
    };
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
}

customElements.define('vigie-webhook-dialog', WebhookDialog);
