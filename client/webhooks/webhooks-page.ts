/** Which other programs are told what happens, and how that went. For administrators. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import type { DeliveryView, WebhookView } from '../../server/wire/webhook.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import './webhook-dialog.ts';
import type { WebhookDialog } from './webhook-dialog.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { deliveryText, webhookState, whatIsTold } from './webhook-text.ts';
import { webhooksPageStyles } from './webhooks-page.styles.ts';

const REFRESH_MS = 3_000;

type WebhookAction = 'change' | 'test' | 'enable' | 'secret' | 'remove';

export class WebhooksPage extends LitElement {
  static override styles = [sharedStyles, webhooksPageStyles];
  static override properties = {
    context: { attribute: false },
    webhooks: { state: true },
    opened: { state: true },
    deliveries: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected webhooks: readonly WebhookView[] | null;
  /** Whose deliveries are shown. */
  declare protected opened: string | null;
  declare protected deliveries: readonly DeliveryView[];
  declare protected error: string | null;
  readonly #dialog = createRef<WebhookDialog>();
  readonly #confirm = createRef<ConfirmDialog>();
  #refresh: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.webhooks = null;
    this.opened = null;
    this.deliveries = [];
    this.error = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh = setInterval(() => void this.#load(), REFRESH_MS);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#refresh);
  }

  protected override render(): TemplateResult {
    return html`
      <header>
        <h1 tabindex="-1">Webhooks</h1>
        <wa-button
          variant="brand"
          data-testid="add-webhook"
          @click=${() => this.#dialog.value?.showFor(null)}
        >
          <wa-icon slot="start" name="plus"></wa-icon>Add webhook
        </wa-button>
      </header>
      <p class="quiet">
        Other programs, such as Home Assistant, Node-RED or ntfy, can be told by the web what happens at the
        cameras.
      </p>
      ${this.error ? html`<wa-callout variant="danger" size="s" role="alert">${this.error}</wa-callout>` : nothing}
      ${(this.webhooks ?? []).map((webhook) => this.#card(webhook))}
      <vigie-webhook-dialog
        .context=${this.context}
        ${ref(this.#dialog)}
        @vigie-saved=${() => void this.#load()}
      ></vigie-webhook-dialog>
      <vigie-confirm-dialog .context=${this.context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #card(webhook: WebhookView): TemplateResult {
    const { id, name, url, enabled, failingSince } = webhook;
    const state = webhookState(webhook, Date.now());
    const isOpen = this.opened === id;
    return html`<section class="card" data-testid="webhook">
      <div class="head">
        <div class="what">
          <h2>${name}</h2>
          <p class="url quiet">${url}</p>
          <p class="quiet">
            ${whatIsTold(webhook, (cameraId) => this.context.live.cameras.find(cameraId)?.name)}
          </p>
          ${state ? html`<p class=${enabled && failingSince !== null ? 'failing' : 'quiet'}>${state}</p>` : nothing}
        </div>
        ${this.#menu(webhook)}
      </div>
      <wa-button
        size="s"
        appearance="plain"
        aria-expanded=${isOpen}
        data-testid="show-deliveries"
        @click=${() => this.#open(isOpen ? null : id)}
        >${isOpen ? 'Hide what was sent' : 'What was sent'}</wa-button
      >
      ${isOpen ? this.#log(webhook) : nothing}
    </section>`;
  }

  #menu(webhook: WebhookView): TemplateResult {
    return html`<wa-dropdown
      placement="bottom-end"
      @wa-select=${({ detail }: CustomEvent<{ item: { value: WebhookAction } }>) =>
        this.#run(detail.item.value, webhook)}
    >
      <wa-button slot="trigger" size="s" appearance="plain" data-testid="webhook-menu">
        <wa-icon name="ellipsis" label="Change ${webhook.name}"></wa-icon>
      </wa-button>
      ${item('test', 'upload', 'Send a test')} ${item('change', 'pencil', 'Change')}
      ${item('enable', 'power', webhook.enabled ? 'Turn off' : 'Turn on')}
      ${item('secret', 'key', 'New secret')} ${item('remove', 'trash', 'Remove')}
    </wa-dropdown>`;
  }

  #log({ id }: WebhookView): TemplateResult {
    if (this.deliveries.length === 0) return html`<p class="quiet">Nothing yet.</p>`;
    return html`<ol>
      ${this.deliveries.map((delivery) => {
        const { what, how } = deliveryText(delivery, Date.now());
        return html`<li class=${delivery.state} data-testid="delivery">
          <div class="what">
            <p>${what}</p>
            <p class="quiet">${how}</p>
            ${
              delivery.answer && delivery.state !== 'delivered'
                ? html`<p class="answer quiet">${delivery.answer}</p>`
                : nothing
            }
          </div>
          ${
            delivery.state === 'waiting' && delivery.attempts === 0
              ? nothing
              : html`<wa-button
                  size="s"
                  appearance="plain"
                  data-testid="send-again"
                  @click=${() => this.#sendAgain(id, delivery.id)}
                  >Send again</wa-button
                >`
          }
        </li>`;
      })}
    </ol>`;
  }

  #run(action: WebhookAction, webhook: WebhookView): void {
    const { api } = this.context;
    const { id, name } = webhook;
    const params = { webhookId: id };
    switch (action) {
      case 'change':
        this.#dialog.value?.showFor(webhook);
        break;
      case 'test':
        this.#open(id);
        void this.#do(() => api.call('POST /api/webhooks/:webhookId/test', { params }));
        break;
      case 'enable':
        void this.#do(() =>
          api.call('PUT /api/webhooks/:webhookId', {
            params,
            body: settingsOf({ ...webhook, enabled: !webhook.enabled }),
          }),
        );
        break;
      case 'secret':
        this.#confirm.value?.ask({
          heading: `New secret for “${name}”?`,
          text: 'The receiver takes no message any more until it knows the new one.',
          action: 'Make a new secret',
          run: async () => {
            const { secret } = await api.call('POST /api/webhooks/:webhookId/secret', { params });
            this.#dialog.value?.showSecret(webhook, secret);
          },
        });
        break;
      case 'remove':
        this.#confirm.value?.ask({
          heading: `Remove “${name}”?`,
          text: 'What waits to be sent is not sent any more.',
          action: 'Remove webhook',
          run: async () => {
            await api.call('DELETE /api/webhooks/:webhookId', { params });
            await this.#load();
          },
        });
        break;
    }
  }

  #sendAgain(webhookId: string, deliveryId: string): void {
    void this.#do(() =>
      this.context.api.call('POST /api/webhooks/:webhookId/deliveries/:deliveryId/again', {
        params: { webhookId, deliveryId },
      }),
    );
  }

  #open(id: string | null): void {
    this.opened = id;
    this.deliveries = [];
    void this.#load();
  }

  async #do(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.error = errorText(error);
    }
    await this.#load();
  }

  async #load(): Promise<void> {
    const { opened } = this;
    try {
      const { api } = this.context;
      this.webhooks = await api.call('GET /api/webhooks');
      if (opened === null) return;
      const params = { webhookId: opened };
      const deliveries = await api.call('GET /api/webhooks/:webhookId/deliveries', { params });
      if (opened === this.opened) this.deliveries = deliveries;
    } catch (error) {
      this.error = errorText(error);
    }
  }
}

function item(value: WebhookAction, icon: string, label: string): TemplateResult {
  return html`<wa-dropdown-item value=${value} data-testid="webhook-${value}"
    ><wa-icon slot="icon" name=${icon}></wa-icon>${label}</wa-dropdown-item
  >`;
}

/** Without what only the server says of it. */
function settingsOf({ name, url, cameraIds, kinds, moment, enabled }: WebhookView) {
  return { name, url, cameraIds, kinds, moment, enabled };
}

customElements.define('vigie-webhooks-page', WebhooksPage);
