/** The webhooks to other programs, and their deliveries. For administrators. */

import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { DeliveryView, WebhookView } from '../../server/wire/webhook.ts';
import { errorText } from '../http/api-error.ts';
import type { AppContext } from '../app-context.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import './webhook-dialog.ts';
import type { WebhookDialog } from './webhook-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { actionMenu, type MenuItem } from '../ui/icon-button.ts';
import { pageHeader, pageHeaderStyles } from '../ui/page-header.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { deliveryText, webhookState, webhookSummary } from './webhook-text.ts';
import { webhooksPageStyles } from './webhooks-page.styles.ts';

const REFRESH_MS = 3_000;

type WebhookAction = 'change' | 'test' | 'enable' | 'secret' | 'remove';

export class WebhooksPage extends LitElement {
  static override styles = [sharedStyles, pageHeaderStyles, webhooksPageStyles];
  static override properties = {
    context: { attribute: false },
    webhooks: { state: true },
    opened: { state: true },
    deliveries: { state: true },
    error: { state: true },
  };
  declare context: AppContext;
  declare protected webhooks: readonly WebhookView[] | null;
  /** The webhook whose deliveries are shown. */
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
      ${pageHeader({
        title: 'Webhooks',
        intro:
          'A webhook sends the events of your cameras to another program, such as Home Assistant, Node-RED or ntfy.',
        actions: html`<wa-button
          variant="brand"
          data-testid="add-webhook"
          @click=${() => this.#dialog.value?.showFor(null)}
        >
          <wa-icon slot="start" name="plus"></wa-icon>Add webhook
        </wa-button>`,
      })}
      ${errorCallout(this.error, 'webhooks-error')}
      ${
        this.webhooks?.length === 0
          ? html`<p class="card none quiet" data-testid="no-webhooks">There are no webhooks yet.</p>`
          : (this.webhooks ?? []).map((webhook) => this.#card(webhook))
      }
      <vigie-webhook-dialog
        .context=${this.context}
        ${ref(this.#dialog)}
        @vigie-saved=${() => void this.#load()}
      ></vigie-webhook-dialog>
      <vigie-confirm-dialog .context=${this.context} ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #card(webhook: WebhookView): TemplateResult {
    const { id, name, url, enabled, failingSinceMs } = webhook;
    const state = webhookState(webhook, this.context.live.clock.nowMs());
    const isOpen = this.opened === id;
    return html`<section class="card" data-testid="webhook">
      <div class="head">
        <div class="what">
          <h2>${name}</h2>
          <p class="url quiet">${url}</p>
          <p class="quiet">
            ${webhookSummary(webhook, (cameraId) => this.context.live.cameras.find(cameraId)?.name)}
          </p>
          ${state ? html`<p class=${enabled && failingSinceMs !== null ? 'failing' : 'quiet'}>${state}</p>` : nothing}
        </div>
        ${this.#menu(webhook)}
      </div>
      <wa-button
        size="s"
        appearance="plain"
        aria-expanded=${isOpen}
        data-testid="show-deliveries"
        @click=${() => this.#open(isOpen ? null : id)}
        >${isOpen ? 'Hide deliveries' : 'Show deliveries'}</wa-button
      >
      ${isOpen ? this.#log(webhook) : nothing}
    </section>`;
  }

  #menu(webhook: WebhookView): TemplateResult {
    return actionMenu(
      `Actions for ${webhook.name}`,
      'webhook-menu',
      [
        item('test', 'upload', 'Send a test'),
        item('change', 'pencil', 'Edit'),
        item('enable', 'power', webhook.enabled ? 'Turn off' : 'Turn on'),
        item('secret', 'key', 'New secret'),
        item('remove', 'trash', 'Delete'),
      ],
      (action) => this.#run(action, webhook),
    );
  }

  #log({ id }: WebhookView): TemplateResult {
    if (this.deliveries.length === 0) return html`<p class="quiet">No deliveries yet.</p>`;
    return html`<ol>
      ${this.deliveries.map((delivery) => {
        const { what, how } = deliveryText(delivery, this.context.live.clock.nowMs());
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
                  >Resend</wa-button
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
          stake: {
            lost: ['The current secret: it stops working immediately'],
            note: 'The receiver rejects messages until you enter the new secret there.',
          },
          action: 'Create new secret',
          run: async () => {
            const { secret } = await api.call('POST /api/webhooks/:webhookId/secret', { params });
            this.#dialog.value?.showSecret(webhook, secret);
          },
        });
        break;
      case 'remove':
        this.#confirm.value?.ask({
          heading: `Delete “${name}”?`,
          stake: {
            lost: ['The webhook and its secret', 'Deliveries that are waiting, and the list of past ones'],
          },
          action: 'Delete webhook',
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

function item(action: WebhookAction, icon: string, label: string): MenuItem<WebhookAction> {
  return { action, icon, label, testId: `webhook-${action}`, danger: action === 'remove' };
}

/** Without the fields that only the server sets. */
function settingsOf({ name, url, cameraIds, kinds, moment, enabled }: WebhookView) {
  return { name, url, cameraIds, kinds, moment, enabled };
}

customElements.define('vigie-webhooks-page', WebhooksPage);
